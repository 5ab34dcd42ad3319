/** The console, as browsers and as those who mean harm meet it. */
@NullMarked
package io.klinggateway.console;

import org.jspecify.annotations.NullMarked;
