package io.gmicro.sampling;

record WallSample(String method, String route, String activity, StackTraceElement[] stack, long nanos) {
}
