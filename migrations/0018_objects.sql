CREATE TABLE `object_logs` (
	`source_id` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER `sources_delete_object_logs` AFTER DELETE ON `sources` BEGIN
  DELETE FROM `object_logs` WHERE `source_id` = OLD.`id`;
END;
