package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedHost.QemuVersions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;

/**
 * QEMU from the agent's image, laid out on the host by version, so that a guest keeps the one it
 * was started with when the agent's image changes.
 */
public final class ImageQemuStore implements QemuStore {
  private static final System.Logger LOG = System.getLogger(ImageQemuStore.class.getName());

  /** Of an image without QEMU. */
  private static final String NONE = "none";

  private static final String UNFINISHED = ".unfinished-";

  private final Path image;
  private final Path store;
  private final String current;

  /**
   * @param image folder of the image with a root directory of QEMU's and the file VERSION
   * @param store folder on the host with a directory per version
   */
  public ImageQemuStore(Path image, Path store) {
    this.image = image;
    this.store = store;
    this.current = version(image.resolve("VERSION"));
  }

  private static String version(Path file) {
    try {
      var version = Files.readString(file).strip();
      if (version.matches("[0-9A-Za-z][-+.~0-9A-Za-z]*")) {
        return version;
      }
      LOG.log(Level.ERROR, "{0} doesn''t have a version: {1}", file, version);
    } catch (IOException e) {
      LOG.log(Level.ERROR, "the image has no QEMU, no guest can be started: {0}", e.toString());
    }
    return NONE;
  }

  @Override
  public QemuVersions versions() {
    var versions = new HashSet<String>();
    try (var entries = Files.newDirectoryStream(store)) {
      for (var entry : entries) {
        var name = entry.getFileName().toString();
        if (!name.startsWith(UNFINISHED)) {
          versions.add(name);
        }
      }
    } catch (NoSuchFileException e) {
      return new QemuVersions(current, versions);
    } catch (IOException e) {
      throw new HostException("can't list " + store + ": " + e.getMessage(), e);
    }
    return new QemuVersions(current, versions);
  }

  @Override
  public void layOut(String version) {
    if (version.equals(NONE)) {
      throw new HostException("there is no QEMU in " + image + " to lay out");
    }
    var unfinished = store.resolve(UNFINISHED + version);
    try {
      FileTree.remove(unfinished);
      Files.createDirectories(store);
      FileTree.copy(image, unfinished);
      FileTree.sync(unfinished);
      Files.move(unfinished, store.resolve(version), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HostException("can't lay out QEMU " + version + " in " + store + ": " + e, e);
    }
  }

  @Override
  public void remove(String version) {
    var unfinished = store.resolve(UNFINISHED + version);
    try {
      if (Files.isDirectory(store.resolve(version))) {
        FileTree.remove(unfinished);
        Files.move(store.resolve(version), unfinished, StandardCopyOption.ATOMIC_MOVE);
      }
      FileTree.remove(unfinished);
    } catch (IOException e) {
      throw new HostException("can't remove QEMU " + version + " from " + store + ": " + e, e);
    }
  }
}
