ALTER TABLE `destinations` ADD `device_settings` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `destinations` ADD `mode` text;--> statement-breakpoint
CREATE UNIQUE INDEX `destinations_device` ON `destinations` (`source_id`,`integration_id`) WHERE mode IS NOT NULL AND enabled = 1;--> statement-breakpoint
ALTER TABLE `integrations` ADD `device` text;