/** Where tests and the local run get their PostgreSQL from. Nothing else knows. */
@NullMarked
package io.klinggateway.database;

import org.jspecify.annotations.NullMarked;
