package io.klinggateway.admin;

/** What operators send as JSON; {@link OperatorBodyConverter} hands valid ones to controllers. */
interface OperatorBody {}
