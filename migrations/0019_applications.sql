CREATE TABLE `application_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`application_id` text NOT NULL,
	`at` integer NOT NULL,
	`act` text NOT NULL,
	`reviewer` text,
	`words` text NOT NULL,
	`took_ms` integer
);
--> statement-breakpoint
CREATE INDEX `application_entries_application` ON `application_entries` (`application_id`,`id`);--> statement-breakpoint
CREATE INDEX `application_entries_decisions` ON `application_entries` (`at`) WHERE took_ms IS NOT NULL;--> statement-breakpoint
CREATE TABLE `application_links` (
	`hash` text PRIMARY KEY NOT NULL,
	`application_id` text NOT NULL,
	`kind` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `application_links_application` ON `application_links` (`application_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `application_links_expires` ON `application_links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `applications` (
	`id` text PRIMARY KEY NOT NULL,
	`company` text NOT NULL,
	`look` text NOT NULL,
	`site` text NOT NULL,
	`email` text NOT NULL,
	`kind` text NOT NULL,
	`use_case` text NOT NULL,
	`data_today` text NOT NULL,
	`customers` text NOT NULL,
	`state` text NOT NULL,
	`ball_since` integer NOT NULL,
	`due_at` integer,
	`created_at` integer NOT NULL,
	`confirmed_at` integer,
	`decided_at` integer
);
--> statement-breakpoint
CREATE INDEX `applications_queue` ON `applications` (`state`,`due_at`,`id`);--> statement-breakpoint
CREATE INDEX `applications_look` ON `applications` (`look`);--> statement-breakpoint
CREATE INDEX `applications_email` ON `applications` (`email`,`created_at`);