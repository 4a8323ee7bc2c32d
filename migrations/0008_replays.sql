CREATE TABLE `replays` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`source_id` text NOT NULL,
	`destination_id` text NOT NULL,
	`ordered` text NOT NULL,
	`state` text NOT NULL,
	`report` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `replays_workspace` ON `replays` (`workspace_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `replays_pair` ON `replays` (`source_id`,`destination_id`);