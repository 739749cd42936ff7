package io.gmicro.capture;

import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps captures in memory.
 */
final class MemoryStore implements CaptureStore {

	private final Limits limits;

	private final Map<Capture, byte[]> captures = new TreeMap<>(Comparator.comparing(Capture::name).reversed());

	MemoryStore(Limits limits) {
		this.limits = limits;
	}

	@Override
	public synchronized String add(Capture capture, byte[] zip) {
		this.captures.put(capture, zip);
		this.limits.excess(new ArrayList<>(this.captures.keySet())).forEach(this.captures::remove);
		return "in memory";
	}

	@Override
	public synchronized List<Capture> list() {
		return List.copyOf(this.captures.keySet());
	}

	@Override
	public synchronized byte[] read(Capture capture) throws NoSuchFileException {
		byte[] zip = this.captures.get(capture);
		if (zip == null) {
			throw new NoSuchFileException(capture.name());
		}
		return zip.clone();
	}

}
