CREATE TABLE `shared_streams` (
	`destination_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`company` text NOT NULL,
	`email` text NOT NULL,
	`words` text NOT NULL,
	`given_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `stream_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`company` text NOT NULL,
	`email` text NOT NULL,
	`url` text NOT NULL,
	`calls` text NOT NULL,
	`words` text NOT NULL,
	`state` text NOT NULL,
	`hash` text NOT NULL,
	`secrets` text,
	`secrets_key_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `stream_requests_hash` ON `stream_requests` (`hash`);--> statement-breakpoint
CREATE INDEX `stream_requests_expires` ON `stream_requests` (`expires_at`);--> statement-breakpoint
CREATE INDEX `stream_requests_state` ON `stream_requests` (`state`);--> statement-breakpoint
CREATE TRIGGER `destinations_delete_stream` AFTER DELETE ON `destinations` BEGIN
  DELETE FROM `shared_streams` WHERE `destination_id` = OLD.`id`;
END;
