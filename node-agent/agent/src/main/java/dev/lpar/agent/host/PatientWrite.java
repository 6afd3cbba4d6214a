package dev.lpar.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes to files of the kernel that may block for as long as somebody holds what is asked for, and
 * can't be interrupted then. The caller waits for a while; the write goes on by itself, and isn't
 * begun a second time.
 */
final class PatientWrite {
  /** What may block. */
  interface Work {
    void run() throws IOException;
  }

  private record Request(Path file, String text) {
    @Override
    public String toString() {
      return file.toString();
    }
  }

  private final Duration limit;
  private final Map<Object, FutureTask<Void>> pending = new HashMap<>();

  PatientWrite(Duration limit) {
    this.limit = limit;
  }

  /**
   * @return whether the write has come to its end within the limit
   * @throws IOException what the kernel answered
   */
  boolean write(Path file, String text) throws IOException {
    return finish(new Request(file, text), () -> Files.writeString(file, text));
  }

  /**
   * @param request of equal ones only the first is begun; the others wait for it
   * @return whether the work has come to its end within the limit
   * @throws IOException what the kernel answered
   */
  boolean finish(Object request, Work work) throws IOException {
    var task = begun(request, work);
    try {
      task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      forget(request);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      forget(request);
      if (e.getCause() instanceof HostException refusal) {
        throw refusal;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized FutureTask<Void> begun(Object request, Work work) {
    return pending.computeIfAbsent(
        request,
        _ -> {
          var task =
              new FutureTask<Void>(
                  () -> {
                    work.run();
                    return null;
                  });
          Thread.ofPlatform().daemon().name("write " + request).start(task);
          return task;
        });
  }

  private synchronized void forget(Object request) {
    pending.remove(request);
  }
}
