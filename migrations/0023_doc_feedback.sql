CREATE TABLE `doc_counts` (
	`page` text PRIMARY KEY NOT NULL,
	`yes` integer NOT NULL,
	`no` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `doc_words` (
	`id` text PRIMARY KEY NOT NULL,
	`page` text NOT NULL,
	`helpful` integer NOT NULL,
	`words` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `doc_words_at` ON `doc_words` (`at`,`id`);