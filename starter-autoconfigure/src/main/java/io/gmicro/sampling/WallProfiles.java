package io.gmicro.sampling;

public final class WallProfiles {

	void add(WallSample sample) {
	}

}
