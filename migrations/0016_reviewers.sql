CREATE TABLE `reviewers` (
	`user_id` text PRIMARY KEY NOT NULL,
	`named_by` text NOT NULL,
	`created_at` integer NOT NULL
);
