/**
 * The connections of callers: how many there may be, how small they are kept, which of them are closed to make room for
 * others, what becomes of bodies that nobody reads, and whether a caller that is to be answered later is still there.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"background"})
package io.klinggateway.connection;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
