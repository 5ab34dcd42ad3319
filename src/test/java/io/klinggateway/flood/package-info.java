/**
 * The proof that no team and no stranger takes a small replica from the others: crowds of callers that hold what they can, and
 * floods of requests that are to be refused, against the packaged jar with the image's flags, while another team calls now and
 * then. It runs in the Maven profile {@code harness}. What the replica wrote stands in {@code target/flood}.
 */
@NullMarked
package io.klinggateway.flood;

import org.jspecify.annotations.NullMarked;
