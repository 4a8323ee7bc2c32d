CREATE TABLE `destination_health` (
	`destination_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`since` integer NOT NULL,
	`why` text,
	`next_try_at` integer,
	`waiting` integer NOT NULL,
	`oldest_at` integer,
	`last_delivered_at` integer,
	`accepted` integer NOT NULL,
	`delivered` integer NOT NULL,
	`failed_attempts` integer NOT NULL,
	`dead` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `source_health` (
	`source_id` text PRIMARY KEY NOT NULL,
	`accepted` integer NOT NULL,
	`rejected` integer NOT NULL,
	`last_event_at` integer,
	`usual_gap_ms` integer,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER `destinations_delete_health` AFTER DELETE ON `destinations` BEGIN
  DELETE FROM `destination_health` WHERE `destination_id` = OLD.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `sources_delete_health` AFTER DELETE ON `sources` BEGIN
  DELETE FROM `source_health` WHERE `source_id` = OLD.`id`;
END;
