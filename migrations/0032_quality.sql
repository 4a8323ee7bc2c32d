CREATE TABLE `integration_days` (
	`integration_id` text NOT NULL,
	`day` integer NOT NULL,
	`version` integer NOT NULL,
	`planned` integer NOT NULL,
	`customers` integer NOT NULL,
	`figures` text NOT NULL,
	PRIMARY KEY(`integration_id`, `day`, `version`, `planned`)
);
--> statement-breakpoint
CREATE INDEX `integration_days_day` ON `integration_days` (`day`);--> statement-breakpoint
CREATE TABLE `integration_samples` (
	`integration_id` text NOT NULL,
	`code` text NOT NULL,
	`at` integer NOT NULL,
	`version` integer NOT NULL,
	`sample` text NOT NULL,
	PRIMARY KEY(`integration_id`, `code`)
);
--> statement-breakpoint
CREATE TABLE `maintenance_windows` (
	`id` text PRIMARY KEY NOT NULL,
	`integration_id` text NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`words` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `maintenance_windows_integration` ON `maintenance_windows` (`integration_id`,`starts_at`);--> statement-breakpoint
CREATE TABLE `quality_days` (
	`integration_id` text NOT NULL,
	`day` integer NOT NULL,
	`score` real,
	`band` text,
	`parts` text NOT NULL,
	`causes` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`integration_id`, `day`)
);
--> statement-breakpoint
CREATE INDEX `quality_days_day` ON `quality_days` (`day`);--> statement-breakpoint
DROP TRIGGER `destinations_delete_days`;--> statement-breakpoint
CREATE TABLE `__new_delivery_days` (
	`destination_id` text NOT NULL,
	`day` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`planned` integer DEFAULT false NOT NULL,
	`delivered` integer NOT NULL,
	`failed` integer NOT NULL,
	`figures` text DEFAULT '{}' NOT NULL,
	PRIMARY KEY(`destination_id`, `day`, `version`, `planned`)
);
--> statement-breakpoint
INSERT INTO `__new_delivery_days`(`destination_id`, `day`, `delivered`, `failed`) SELECT `destination_id`, `day`, `delivered`, `failed` FROM `delivery_days`;--> statement-breakpoint
DROP TABLE `delivery_days`;--> statement-breakpoint
ALTER TABLE `__new_delivery_days` RENAME TO `delivery_days`;--> statement-breakpoint
CREATE INDEX `delivery_days_day` ON `delivery_days` (`day`);--> statement-breakpoint
CREATE TRIGGER `destinations_delete_days` AFTER DELETE ON `destinations` BEGIN
  DELETE FROM `delivery_days` WHERE `destination_id` = OLD.`id`;
  DELETE FROM `delivery_reads` WHERE `destination_id` = OLD.`id`;
END;--> statement-breakpoint
-- Lanes are asked anew for all of their days: figures were not kept before.
DELETE FROM `delivery_reads`;--> statement-breakpoint
ALTER TABLE `delivery_reads` ADD `versions` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `customer_consents` ADD `samples` integer DEFAULT false NOT NULL;