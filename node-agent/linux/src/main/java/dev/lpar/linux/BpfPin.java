package dev.lpar.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/** Names in a BPF file system: what has one stays when its process ends. */
final class BpfPin {
  private BpfPin() {}

  static void pin(FileDescriptor object, Path path) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      BpfCall.bpf(
          "BPF_OBJ_PIN, " + path,
          BpfCall.OBJ_PIN,
          BpfCall.Fields.of(BpfCall.PIN, arena)
              .with("pathname", arena.allocateFrom(path.toString()))
              .with("bpf_fd", object.number()));
    }
  }

  static Optional<FileDescriptor> open(Path path) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      return Optional.of(
          new FileDescriptor(
              BpfCall.bpf(
                  "BPF_OBJ_GET, " + path,
                  BpfCall.OBJ_GET,
                  BpfCall.Fields.of(BpfCall.PIN, arena)
                      .with("pathname", arena.allocateFrom(path.toString())))));
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
