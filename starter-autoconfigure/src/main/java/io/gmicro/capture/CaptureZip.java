package io.gmicro.capture;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip file of limited size, in memory.
 */
final class CaptureZip {

	/** Left for the names of the files and the reasons why some are missing. */
	private static final int RESERVE = 16 << 10;

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	private final StringBuilder problems = new StringBuilder();

	private final int maxBytes;

	private CaptureZip(int maxBytes) {
		this.maxBytes = maxBytes - RESERVE;
	}

	/**
	 * Makes a zip file.
	 * @param reason the content of {@code reason.txt}, which is its first file
	 * @param contents the other files
	 * @param past the time before the capture that matters
	 * @param maxBytes its maximum size
	 * @return the file
	 */
	static byte[] of(String reason, List<CaptureContent> contents, Duration past, int maxBytes) throws IOException {
		CaptureZip zip = new CaptureZip(maxBytes);
		try (ZipOutputStream out = new ZipOutputStream(zip.bytes)) {
			for (CaptureContent content : contents) {
				zip.add(content, past, out);
			}
			out.putNextEntry(new ZipEntry("reason.txt"));
			out.write((reason + zip.problems).getBytes(StandardCharsets.UTF_8));
			out.closeEntry();
		}
		return zip.bytes.toByteArray();
	}

	private void add(CaptureContent content, Duration past, ZipOutputStream zip) throws IOException {
		zip.putNextEntry(new ZipEntry(content.name()));
		try {
			content.writer().write(new Limited(zip), past);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			problem(content, ex);
		}
		catch (Exception | OutOfMemoryError | LinkageError ex) {
			problem(content, ex);
		}
		zip.closeEntry();
	}

	private void problem(CaptureContent content, Throwable ex) {
		String message = String.valueOf((ex.getMessage() != null) ? ex.getMessage() : ex.getClass().getName());
		this.problems.append(content.name())
			.append(" is incomplete: ")
			.append(message.lines().findFirst().orElse(""))
			.append('\n');
	}

	/** Never closes the zip file. */
	private final class Limited extends FilterOutputStream {

		Limited(OutputStream out) {
			super(out);
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] data, int offset, int length) throws IOException {
			if (CaptureZip.this.bytes.size() + length > CaptureZip.this.maxBytes) {
				throw new IOException("the capture would exceed " + CaptureZip.this.maxBytes + " bytes");
			}
			this.out.write(data, offset, length);
		}

		@Override
		public void close() throws IOException {
			flush();
		}

	}

}
