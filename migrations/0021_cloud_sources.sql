CREATE TABLE `cloud_sources` (
	`source_id` text PRIMARY KEY NOT NULL,
	`settings` text NOT NULL,
	`secrets` text,
	`secrets_key_id` text,
	`left_out` text NOT NULL,
	`paused` integer NOT NULL,
	`report` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER `sources_delete_cloud_sources` AFTER DELETE ON `sources` BEGIN
  DELETE FROM `cloud_sources` WHERE `source_id` = OLD.`id`;
END;
