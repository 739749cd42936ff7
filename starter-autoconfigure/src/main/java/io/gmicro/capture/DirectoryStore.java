package io.gmicro.capture;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps captures in a directory, from where the next process reads them. Other files in
 * it are neither read nor deleted. A file appears once it is complete; what a killed
 * process was writing is deleted later.
 */
final class DirectoryStore implements CaptureStore {

	private static final String UNFINISHED = ".unfinished";

	private static final Duration ABANDONED = Duration.ofMinutes(10);

	/** Left free for all others. */
	private static final long LEAST_SPACE = 64L << 20;

	private final Path directory;

	private final Limits limits;

	DirectoryStore(Path directory, Limits limits) {
		this.directory = directory;
		this.limits = limits;
	}

	@Override
	public synchronized String add(Capture capture, byte[] zip) throws IOException {
		Files.createDirectories(this.directory);
		deleteUnfinished();
		if (Files.getFileStore(this.directory).getUsableSpace() < LEAST_SPACE + zip.length) {
			throw new FileSystemException(this.directory.toString(), null,
					"less than " + (LEAST_SPACE >> 20) + " MB is free");
		}
		Path target = this.directory.resolve(capture.name());
		Path unfinished = this.directory.resolve(capture.name() + UNFINISHED);
		try {
			Files.deleteIfExists(unfinished);
			Files.createFile(unfinished, permissions());
			Files.write(unfinished, zip, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
			Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
		}
		finally {
			Files.deleteIfExists(unfinished);
		}
		for (Capture excess : this.limits.excess(list())) {
			Files.deleteIfExists(this.directory.resolve(excess.name()));
		}
		return target.toAbsolutePath().toString();
	}

	/** Only this user can read it. */
	private FileAttribute<?>[] permissions() {
		boolean posix = this.directory.getFileSystem().supportedFileAttributeViews().contains("posix");
		return posix
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")) }
				: new FileAttribute<?>[0];
	}

	/** Other processes may be writing to the directory. */
	private void deleteUnfinished() throws IOException {
		try (DirectoryStream<Path> files = Files.newDirectoryStream(this.directory,
				"gmicro-capture-*.zip" + UNFINISHED)) {
			for (Path file : files) {
				if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
					.toInstant()
					.isBefore(Instant.now().minus(ABANDONED))) {
					Files.deleteIfExists(file);
				}
			}
		}
	}

	@Override
	public List<Capture> list() throws IOException {
		List<Capture> captures = new ArrayList<>();
		if (Files.isDirectory(this.directory)) {
			try (DirectoryStream<Path> files = Files.newDirectoryStream(this.directory, "gmicro-capture-*.zip")) {
				for (Path file : files) {
					add(file, captures);
				}
			}
		}
		captures.sort(Comparator.comparing(Capture::name).reversed());
		return captures;
	}

	private static void add(Path file, List<Capture> captures) throws IOException {
		try {
			BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class,
					LinkOption.NOFOLLOW_LINKS);
			Capture capture = Capture.named(file.getFileName().toString(), attributes.size());
			if (capture != null && attributes.isRegularFile()) {
				captures.add(capture);
			}
		}
		catch (NoSuchFileException ex) {
			// Another process has evicted it
		}
	}

	@Override
	public byte[] read(Capture capture) throws IOException {
		return Files.readAllBytes(this.directory.resolve(capture.name()));
	}

}
