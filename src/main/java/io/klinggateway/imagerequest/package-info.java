/**
 * What may be asked of the Kling Image model and what it costs. The records here carry the vendor's parameter rules as
 * Bean Validation constraints; {@code ImageRequestReader} is the only way from a caller's bytes to such a record, so a
 * record that exists is valid, its webhook by the rules of those who call it. There is one model so far: {@code ImageRequest.MODEL} says what a second
 * one needs.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"credits", "problem"})
package io.klinggateway.imagerequest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
