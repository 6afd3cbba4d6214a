package dev.lpar.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes to the kernel's file systems, where no file comes to be by being written. */
interface KernelFiles {
  KernelFiles REAL =
      new KernelFiles() {
        @Override
        public void write(Path file, String text) throws IOException {
          Files.writeString(file, text, StandardOpenOption.WRITE);
        }

        @Override
        public void makeFolder(Path folder) throws IOException {
          Files.createDirectory(folder);
        }
      };

  void write(Path file, String text) throws IOException;

  void makeFolder(Path folder) throws IOException;
}
