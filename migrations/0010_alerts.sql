CREATE TABLE `alert_readers` (
	`workspace_id` text NOT NULL,
	`user_id` text NOT NULL,
	`read_at` integer DEFAULT 0 NOT NULL,
	`muted` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`workspace_id`, `user_id`)
);
--> statement-breakpoint
CREATE TABLE `alert_settings` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`rules` text DEFAULT '{}' NOT NULL,
	`webhook_url` text,
	`secrets` text,
	`secrets_key_id` text,
	`mail` integer DEFAULT true NOT NULL
);
--> statement-breakpoint
CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`rule` text NOT NULL,
	`subject_id` text NOT NULL,
	`subject_name` text NOT NULL,
	`facts` text NOT NULL,
	`opened_at` integer NOT NULL,
	`closed_at` integer,
	`open_told` integer DEFAULT false NOT NULL,
	`close_told` integer DEFAULT false NOT NULL,
	`telling_until` integer
);
--> statement-breakpoint
CREATE INDEX `alerts_workspace` ON `alerts` (`workspace_id`,`opened_at`);--> statement-breakpoint
CREATE INDEX `alerts_subject` ON `alerts` (`subject_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `alerts_open` ON `alerts` (`subject_id`,`rule`) WHERE closed_at IS NULL;--> statement-breakpoint
CREATE TRIGGER `destinations_delete_alerts` AFTER DELETE ON `destinations` BEGIN
  UPDATE `alerts` SET `closed_at` = unixepoch() * 1000, `open_told` = 1, `close_told` = 1 WHERE `subject_id` = OLD.`id` AND `closed_at` IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER `sources_delete_alerts` AFTER DELETE ON `sources` BEGIN
  UPDATE `alerts` SET `closed_at` = unixepoch() * 1000, `open_told` = 1, `close_told` = 1 WHERE `subject_id` = OLD.`id` AND `closed_at` IS NULL;
END;
