CREATE TABLE `replay_answers` (
	`request_id` text NOT NULL,
	`destination_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`agreed` integer NOT NULL,
	`who` text NOT NULL,
	`replay_id` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`request_id`, `destination_id`)
);
--> statement-breakpoint
CREATE TABLE `replay_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`integration_id` text NOT NULL,
	`from_at` integer NOT NULL,
	`until_at` integer NOT NULL,
	`types` text,
	`words` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `replay_requests_integration` ON `replay_requests` (`integration_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `returns` (
	`integration_id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`who` text NOT NULL,
	`cursor` text NOT NULL,
	`told` integer NOT NULL,
	`complete` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `destination_health` ADD `lately_delivered` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `destination_health` ADD `lately_failed` integer DEFAULT 0 NOT NULL;