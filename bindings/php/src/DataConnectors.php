<?php

/** Loads all classes, for programs without Composer and for opcache.preload. */

declare(strict_types=1);

require_once __DIR__ . '/Values.php';
require_once __DIR__ . '/Native.php';
require_once __DIR__ . '/Snapshot.php';
require_once __DIR__ . '/Iterators.php';
require_once __DIR__ . '/Client.php';
