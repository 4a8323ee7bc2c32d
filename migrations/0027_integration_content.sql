CREATE TABLE `integration_pages` (
	`integration_id` text PRIMARY KEY NOT NULL,
	`docs` text DEFAULT '' NOT NULL,
	`logo` text DEFAULT '' NOT NULL,
	`logo_type` text DEFAULT '' NOT NULL,
	`mark` text DEFAULT '' NOT NULL,
	`mark_type` text DEFAULT '' NOT NULL
);
--> statement-breakpoint
ALTER TABLE `destinations` ADD `region` text;--> statement-breakpoint
ALTER TABLE `integrations` ADD `categories` text;--> statement-breakpoint
ALTER TABLE `integrations` ADD `site` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `integrations` ADD `support` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `integrations` ADD `logo_at` integer;--> statement-breakpoint
ALTER TABLE `integrations` ADD `mark_at` integer;--> statement-breakpoint
ALTER TABLE `integrations` ADD `regions` text;