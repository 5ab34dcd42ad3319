package io.klinggateway.admin;

/** What operators send as JSON; read by {@link OperatorBodyConverter}, so one that exists is valid. */
interface OperatorBody {}
