package dev.lpar.agent.report;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An API server with one Blade, which can be away. Watches end at once. */
final class FakeBladeApi implements BladeApi {
  @Nullable Blade blade;
  boolean away;
  final List<BladeStatus> applied = new ArrayList<>();
  final List<Instant> renewed = new ArrayList<>();
  int interrupted;

  private void reach() {
    if (away) {
      throw new ApiException("can't reach it", new IOException("connection refused"));
    }
  }

  @Override
  public Optional<Blade> read() {
    reach();
    return Optional.ofNullable(blade);
  }

  @Override
  public void follow(Blade from, Consumer<Blade> changed) {
    reach();
  }

  @Override
  public void interruptFollow() {
    interrupted++;
  }

  @Override
  public void applyStatus(BladeStatus status) {
    reach();
    applied.add(status);
  }

  @Override
  public void renewLease(Instant now) {
    reach();
    renewed.add(now);
  }
}
