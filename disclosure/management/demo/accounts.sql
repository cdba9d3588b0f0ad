-- The account data of a fictional music service: made on the server, row by row from
-- its number, the same every time. No ID number has a region that exists (999999), no
-- telephone number begins with 100, every address on the network and every mail domain
-- is one kept for documentation.
--
-- Unlogged: made in seconds, emptied by a crash, and then made again.

CREATE UNLOGGED TABLE users (
    user_id bigint NOT NULL,
    nickname text NOT NULL,
    real_name text,
    id_number text,
    birth_date date,
    phone text,
    email text,
    password_hash text NOT NULL,
    registered_at timestamptz NOT NULL,
    verified_at timestamptz,
    status smallint NOT NULL,
    frozen_until date
);

CREATE UNLOGGED TABLE usernames (
    name text NOT NULL,
    user_id bigint NOT NULL,
    used_from timestamptz NOT NULL,
    used_to timestamptz
);

CREATE UNLOGGED TABLE logins (
    user_id bigint NOT NULL,
    seen_at timestamptz NOT NULL,
    address inet NOT NULL,
    port integer NOT NULL
);

-- GB 11643: the check digit is a weighted sum modulo 11. 1000 birthdays times 1000
-- running numbers, each with its share of the sum.
CREATE TEMPORARY TABLE birthdays AS
SELECT n, day, to_char(day, 'YYYYMMDD') AS digits,
    (SELECT sum(substr('999999' || to_char(day, 'YYYYMMDD'), i, 1)::int
                * (2 ^ (18 - i))::int)
       FROM generate_series(1, 14) AS i) AS share
  FROM (SELECT n, date '1960-01-01' + n * 17 AS day
          FROM generate_series(0, 999) AS n) AS days;
CREATE TEMPORARY TABLE numbers AS
SELECT n, lpad(n::text, 3, '0') AS digits,
    (SELECT sum(substr(lpad(n::text, 3, '0'), i, 1)::int * (2 ^ (4 - i))::int)
       FROM generate_series(1, 3) AS i) AS share
  FROM generate_series(0, 999) AS n;

INSERT INTO users
SELECT id, '听众' || id, surname || given, number, day, '100' || lpad(id::text, 8, '0'),
    'user' || id || '@example.com', '$2b$12$notapassword', registered,
    registered + interval '5 minutes', CASE WHEN id % 50 = 0 THEN 3 ELSE 1 END, NULL
  FROM (
    SELECT d.n * 1000 + s.n + 1 AS id, d.day,
        '999999' || d.digits || s.digits
            || substr('10X98765432', ((d.share + s.share)::int % 11) + 1, 1) AS number,
        substr('欧司上诸皇令南东西闻', d.n % 10 + 1, 1)
            || substr('阳马官葛甫狐宫方门人', d.n % 10 + 1, 1) AS surname,
        substr('云江山海川林石溪桥亭', s.n % 10 + 1, 1)
            || substr('帆舟月星岚霁禾笙砚棠', s.n / 10 % 10 + 1, 1) AS given,
        timestamptz '2012-01-01 08:00+08' + (d.n * 1000 + s.n) * interval '7 minutes'
            AS registered
      FROM birthdays AS d CROSS JOIN numbers AS s
     WHERE d.n * 1000 + s.n < {rows}
  ) AS made;

INSERT INTO usernames
SELECT 'listener' || user_id, user_id, registered_at, NULL FROM users;
-- One name that passed from one account to another.
UPDATE usernames SET name = 'nightboat', used_to = '2020-03-31 12:00+08'
 WHERE user_id = 1;
UPDATE usernames SET name = 'nightboat', used_from = '2021-05-01 09:00+08'
 WHERE user_id = 2;

-- Each account signed in once in the last sixty days, behind one of 256 shared
-- addresses; the first two also in the same minute behind the same one.
INSERT INTO logins
SELECT user_id, date_trunc('second', now()) - user_id % 86400 * interval '59 seconds',
    ('198.51.100.' || user_id % 256)::inet, 10000 + user_id / 256 % 50000
  FROM users;
INSERT INTO logins VALUES
    (1, '2026-11-05 20:15:30+08', '203.0.113.77', 52001),
    (2, '2026-11-05 20:15:45+08', '203.0.113.77', 52002);

DROP TABLE birthdays, numbers;
CREATE UNIQUE INDEX ON users (user_id);
CREATE INDEX ON users (phone);
CREATE INDEX ON users (id_number);
CREATE INDEX ON usernames (name);
CREATE INDEX ON usernames (user_id);
CREATE INDEX ON logins (address, seen_at);
CREATE INDEX ON logins (user_id, seen_at);
ANALYZE users, usernames, logins;
