package dev.lpar.agent.vmexit.counter;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a tracepoint's record looks like on this kernel, from its file {@code format} in tracefs
 * (the kernel's Documentation/trace/events.rst).
 *
 * @param id number of the tracepoint
 * @param fields by name
 */
public record TracepointFormat(String name, int id, Map<String, Field> fields) {
  private static final Pattern ID = Pattern.compile("^ID:\\s*(\\d{1,9})\\s*$", Pattern.MULTILINE);
  private static final Pattern FIELD =
      Pattern.compile(
          "^\\s*field:[^;\\n]*?(\\w+)(?:\\[[^;\\n]*\\])?;\\s*offset:(\\d{1,6});\\s*size:(\\d{1,6});",
          Pattern.MULTILINE);

  /** No record of a tracepoint is longer: PERF_MAX_TRACE_SIZE, include/linux/trace_events.h. */
  private static final int LONGEST = 8192;

  /** The programs read a record's fields only after its first word, which isn't theirs to read. */
  private static final int FIRST = 8;

  /**
   * A number in the record.
   *
   * @param offset in bytes
   * @param size 1, 2, 4 or 8 bytes
   */
  public record Field(int offset, int size) {
    boolean readable() {
      return (size == 1 || size == 2 || size == 4 || size == 8)
          && offset >= FIRST
          && offset + size <= LONGEST
          && offset % size == 0;
    }
  }

  public TracepointFormat {
    fields = Map.copyOf(fields);
  }

  /**
   * @param text of the file
   * @throws UnusableFormatException when it isn't such a file
   */
  public static TracepointFormat parse(String name, String text) throws UnusableFormatException {
    var id = ID.matcher(text);
    if (!id.find()) {
      throw new UnusableFormatException("the format of kvm:" + name + " has no ID");
    }
    var fields = new HashMap<String, Field>();
    var matcher = FIELD.matcher(text);
    while (matcher.find()) {
      fields.put(
          matcher.group(1),
          new Field(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))));
    }
    return new TracepointFormat(name, Integer.parseInt(id.group(1)), fields);
  }

  /**
   * @param sizes that will do, in bytes
   * @throws UnusableFormatException when it isn't there, or isn't a number of such a size
   */
  public Field field(String field, int... sizes) throws UnusableFormatException {
    var found = fields.get(field);
    if (found == null) {
      throw new UnusableFormatException("kvm:" + name + " has no field " + field);
    }
    for (int size : sizes) {
      if (found.size() == size && found.readable()) {
        return found;
      }
    }
    throw new UnusableFormatException(
        "field %s of kvm:%s has %d bytes at %d, which can't be read"
            .formatted(field, name, found.size(), found.offset()));
  }

  Optional<Field> optional(String field, int... sizes) {
    try {
      return Optional.of(field(field, sizes));
    } catch (UnusableFormatException e) {
      return Optional.empty();
    }
  }
}
