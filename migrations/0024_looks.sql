ALTER TABLE `integrations` ADD `look` text DEFAULT '' NOT NULL;--> statement-breakpoint
-- As look-alike.ts reckons it, of all that a slug can have; what ends in a legal form keeps it.
UPDATE `integrations` SET `look` = replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(`slug`), '-', ''), '_', ''), '0', 'o'), '1', 'i'), 'l', 'i'), '2', 'z'), '3', 'e'), '5', 's'), '7', 't'), 'rn', 'm'), 'vv', 'w');--> statement-breakpoint
CREATE INDEX `integrations_look` ON `integrations` (`look`);
