package io.gmicro.activity;

import java.util.List;

/**
 * The kinds of threads that requests run on.
 */
enum ThreadKind {

	PLATFORM {

		@Override
		Thread start(Runnable task) {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			thread.start();
			return thread;
		}

	},

	VIRTUAL {

		@Override
		Thread start(Runnable task) {
			try {
				return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(ex);
			}
		}

	};

	abstract Thread start(Runnable task);

	/** Those that the JVM has. */
	static List<ThreadKind> available() {
		return (Runtime.version().feature() >= 21) ? List.of(values()) : List.of(PLATFORM);
	}

}
