ALTER TABLE `usage_days` ADD `identified` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_days` ADD `anonymous` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_days` ADD `anonymous_identified` integer DEFAULT 0 NOT NULL;