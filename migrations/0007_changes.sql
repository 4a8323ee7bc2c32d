-- Which change each revision was, so that an isolate reads what has changed and nothing else.
CREATE TABLE `changes` (
	`revision` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`source_id` text
);
--> statement-breakpoint
DROP TRIGGER `sources_insert_revision`;
--> statement-breakpoint
CREATE TRIGGER `sources_insert_revision` AFTER INSERT ON `sources` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'source', NEW.`id`, NEW.`id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `sources_update_revision`;
--> statement-breakpoint
CREATE TRIGGER `sources_update_revision` AFTER UPDATE ON `sources` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'source', NEW.`id`, NEW.`id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `sources_delete_revision`;
--> statement-breakpoint
CREATE TRIGGER `sources_delete_revision` AFTER DELETE ON `sources` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'source', OLD.`id`, OLD.`id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `write_keys_insert_revision`;
--> statement-breakpoint
CREATE TRIGGER `write_keys_insert_revision` AFTER INSERT ON `write_keys` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'key', NEW.`key`, NEW.`source_id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `write_keys_update_revision`;
--> statement-breakpoint
CREATE TRIGGER `write_keys_update_revision` AFTER UPDATE ON `write_keys` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'key', NEW.`key`, NEW.`source_id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `write_keys_delete_revision`;
--> statement-breakpoint
CREATE TRIGGER `write_keys_delete_revision` AFTER DELETE ON `write_keys` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'key', OLD.`key`, OLD.`source_id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `integrations_insert_revision`;
--> statement-breakpoint
CREATE TRIGGER `integrations_insert_revision` AFTER INSERT ON `integrations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'integration', NEW.`id`, NULL FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `integrations_update_revision`;
--> statement-breakpoint
CREATE TRIGGER `integrations_update_revision` AFTER UPDATE ON `integrations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'integration', NEW.`id`, NULL FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `integrations_delete_revision`;
--> statement-breakpoint
CREATE TRIGGER `integrations_delete_revision` AFTER DELETE ON `integrations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'integration', OLD.`id`, NULL FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `destinations_insert_revision`;
--> statement-breakpoint
CREATE TRIGGER `destinations_insert_revision` AFTER INSERT ON `destinations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'destination', NEW.`id`, NEW.`source_id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `destinations_update_revision`;
--> statement-breakpoint
CREATE TRIGGER `destinations_update_revision` AFTER UPDATE ON `destinations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'destination', NEW.`id`, NEW.`source_id` FROM `revision` WHERE `id` = 1;
END;
--> statement-breakpoint
DROP TRIGGER `destinations_delete_revision`;
--> statement-breakpoint
CREATE TRIGGER `destinations_delete_revision` AFTER DELETE ON `destinations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
  INSERT INTO `changes` (`revision`, `kind`, `id`, `source_id`) SELECT `value`, 'destination', OLD.`id`, OLD.`source_id` FROM `revision` WHERE `id` = 1;
END;
