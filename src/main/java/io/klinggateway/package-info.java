/** A gateway in front of apiframe's Kling Image API: keys, budgets and a ledger for many teams over one vendor account. */
@NullMarked
package io.klinggateway;

import org.jspecify.annotations.NullMarked;
