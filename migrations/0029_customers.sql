CREATE TABLE `customer_consents` (
	`workspace_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`named` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `integration_id`)
);
--> statement-breakpoint
CREATE TABLE `delivery_days` (
	`destination_id` text NOT NULL,
	`day` integer NOT NULL,
	`delivered` integer NOT NULL,
	`failed` integer NOT NULL,
	PRIMARY KEY(`destination_id`, `day`)
);
--> statement-breakpoint
CREATE INDEX `delivery_days_day` ON `delivery_days` (`day`);--> statement-breakpoint
CREATE TABLE `delivery_reads` (
	`destination_id` text PRIMARY KEY NOT NULL,
	`seen` integer NOT NULL,
	`read_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `delivery_reads_read` ON `delivery_reads` (`read_at`);--> statement-breakpoint
ALTER TABLE `programme` ADD `customers_needed` integer DEFAULT 10 NOT NULL;--> statement-breakpoint
ALTER TABLE `programme` ADD `customer_days` integer DEFAULT 3 NOT NULL;--> statement-breakpoint
ALTER TABLE `programme` ADD `customer_window` integer DEFAULT 14 NOT NULL;--> statement-breakpoint
CREATE TRIGGER `destinations_delete_days` AFTER DELETE ON `destinations` BEGIN
  DELETE FROM `delivery_days` WHERE `destination_id` = OLD.`id`;
  DELETE FROM `delivery_reads` WHERE `destination_id` = OLD.`id`;
END;
