package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.counter.TracepointFormat;
import dev.lpar.agent.vmexit.counter.UnusableFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tracepoints of KVM.
 *
 * @param tracing tracefs, such as {@code /sys/kernel/tracing}
 */
record KvmTracepoints(Path tracing) {

  /**
   * @param needed without which nothing goes
   * @param welcome left out where the kernel doesn't have them
   */
  Map<String, TracepointFormat> formats(Collection<String> needed, Collection<String> welcome)
      throws IOException, UnusableFormatException {
    var formats = new LinkedHashMap<String, TracepointFormat>();
    for (var name : needed) {
      try {
        formats.put(name, format(name));
      } catch (NoSuchFileException e) {
        throw new IOException(
            "no tracepoint kvm:" + name + ": is KVM loaded, and tracefs mounted?", e);
      }
    }
    for (var name : welcome) {
      try {
        formats.put(name, format(name));
      } catch (NoSuchFileException e) {
        continue;
      }
    }
    return formats;
  }

  private TracepointFormat format(String name) throws IOException, UnusableFormatException {
    return TracepointFormat.parse(
        name, Files.readString(tracing.resolve("events/kvm").resolve(name).resolve("format")));
  }
}
