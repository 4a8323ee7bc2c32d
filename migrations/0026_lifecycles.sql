CREATE TABLE `beta_guests` (
	`integration_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`link` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`integration_id`, `workspace_id`)
);
--> statement-breakpoint
CREATE INDEX `beta_guests_link` ON `beta_guests` (`link`);--> statement-breakpoint
CREATE TABLE `beta_links` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`integration_id` text NOT NULL,
	`label` text NOT NULL,
	`most` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `beta_links_id_unique` ON `beta_links` (`id`);--> statement-breakpoint
CREATE INDEX `beta_links_integration` ON `beta_links` (`integration_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `lifecycle_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`integration_id` text NOT NULL,
	`at` integer NOT NULL,
	`act` text NOT NULL,
	`from_state` text NOT NULL,
	`to_state` text NOT NULL,
	`actor` text NOT NULL,
	`who` text NOT NULL,
	`words` text NOT NULL,
	`took_ms` integer
);
--> statement-breakpoint
CREATE INDEX `lifecycle_entries_integration` ON `lifecycle_entries` (`integration_id`,`id`);--> statement-breakpoint
CREATE TABLE `lifecycles` (
	`integration_id` text PRIMARY KEY NOT NULL,
	`turn` text,
	`since` integer NOT NULL,
	`due_at` integer,
	`submitted_at` integer,
	`reviewed_at` integer,
	`reviewer` text,
	`ends_at` integer
);
--> statement-breakpoint
CREATE INDEX `lifecycles_queue` ON `lifecycles` (`turn`,`due_at`,`integration_id`);--> statement-breakpoint
CREATE INDEX `destinations_integration` ON `destinations` (`integration_id`,`workspace_id`);--> statement-breakpoint
CREATE INDEX `warehouses_integration` ON `warehouses` (`integration_id`,`workspace_id`);