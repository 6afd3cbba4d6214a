package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;

import dev.lpar.api.v1alpha1.Lpar;

/** The shell on a guest's serial console, by the socket that an administrator of the blade uses. */
final class GuestConsole {
  /**
   * Takes the command from its input and brackets what the command prints by marks. In the line as
   * it is typed, which the console echoes, the marks are in pieces.
   */
  private static final String SCRIPT =
      """
      use IO::Socket::UNIX;
      my ($path, $limit) = @ARGV;
      my $command = do { local $/; <STDIN> };
      $command =~ s/\\s+$//;
      my $console = IO::Socket::UNIX->new($path) or die "no console at $path: $!\\n";
      my $mark = "$$-" . time;
      my $line = "echo; echo LPAR-\\"BEGIN\\"-$mark; { $command; } 2>&1; echo LPAR-\\"END\\"-$mark \\$?\\n";
      while (length $line) { substr $line, 0, syswrite($console, $line) || die("console: $!\\n"), "" }
      my $seen = "";
      $SIG{ALRM} = sub { die "no end of it on the console:\\n$seen" };
      alarm $limit;
      until ($seen =~ /LPAR-END-$mark \\d/) {
        sysread $console, $seen, 65536, length $seen or die "the console was closed:\\n$seen";
      }
      my ($output, $code) = $seen =~ /LPAR-BEGIN-$mark\\r?\\n(.*)LPAR-END-$mark (\\d+)/s;
      $output =~ s/\\r//g;
      print $output;
      exit $code;
      """;

  private GuestConsole() {}

  /** Runs one line in the guest's shell and gives what it printed; it must succeed. */
  static String run(Lpar lpar, String command) {
    return onBlade(
        "perl -e '%s' /run/lpar/%s/console %d <<'COMMAND'\n%s\nCOMMAND"
            .formatted(SCRIPT, id(lpar), Lab.LONG.toSeconds() / 2, command));
  }
}
