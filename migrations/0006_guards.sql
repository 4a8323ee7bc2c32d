CREATE TABLE `progress` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `integrations` ADD `version` integer DEFAULT 1 NOT NULL;