CREATE TABLE `customer_stories` (
	`id` text PRIMARY KEY NOT NULL,
	`company` text NOT NULL,
	`email` text NOT NULL,
	`customer` text NOT NULL,
	`words` text NOT NULL,
	`agreed` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `customer_stories_at` ON `customer_stories` (`at`);--> statement-breakpoint
ALTER TABLE `lifecycles` ADD `filled` integer;