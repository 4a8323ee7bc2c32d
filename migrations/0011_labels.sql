CREATE TABLE `labels` (
	`workspace_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`description` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `key`, `value`)
);
--> statement-breakpoint
CREATE TABLE `source_labels` (
	`source_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`workspace_id` text NOT NULL,
	PRIMARY KEY(`source_id`, `key`, `value`)
);
--> statement-breakpoint
CREATE INDEX `source_labels_label` ON `source_labels` (`workspace_id`,`key`,`value`);