ALTER TABLE `integrations` ADD `live` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `integrations` ADD `rollout` text;