ALTER TABLE `integrations` ADD `warehouse` text;--> statement-breakpoint
ALTER TABLE `integrations` ADD `bi` text;