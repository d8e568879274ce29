// The file managers' menu entries as a user gets them: installed into a home of their own, run as Nautilus and Dolphin run them, with
// and without a progress window (a script in zenity's place), and removed without a trace.
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests;

public class DesktopTests
{
    private const string Environment = "export HOME=$PWD/home XDG_DATA_HOME= RSR_PROGRAM=$PWD/rsr; unset DISPLAY WAYLAND_DISPLAY; ";

    private static TestFolder Installed()
    {
        TestFolder folder = new TestFolder();
        RsrResult result = Rsr.Shell(
            folder,
            "printf '#!/bin/sh\\nexec %s \"$@\"\\n' \"$RSR\" > rsr; chmod +x rsr; mkdir home 'in $x'; "
                + Environment
                + $"'{TestFolder.InRepository("desktop/file-managers")}/install.sh'"
        );
        Assert.True(result.ExitCode == 0, result.Error);
        Pictures.Rgb(9, 8).Save(folder["in $x/a b.png"]);
        return folder;
    }

    [Fact]
    public void Nautilus_and_dolphin_enlarge_and_nothing_is_left_after_removal()
    {
        using TestFolder folder = Installed();
        RsrResult nautilus = Rsr.Shell(folder, Environment + "\"$HOME/.local/share/nautilus/scripts/Enlarge x2\" 'in $x/a b.png'");
        Assert.True(nautilus.ExitCode == 0, nautilus.Error);
        Assert.Equal(18, RsrPlugins.Cli.Files.PictureReader.ReadHeader(folder["in $x/a b-x2.png"]).Width);

        // The Exec line of the entry, by the desktop entry's own rules: %F stands for the files.
        string menu = File.ReadAllText(folder["home/.local/share/kio/servicemenus/rsr-enlarge.desktop"]);
        string exec = menu.Split('\n')
            .Last(line => line.StartsWith("Exec=", StringComparison.Ordinal))["Exec=".Length..]
            .Replace("%F", "'in $x/a b.png'", StringComparison.Ordinal);
        RsrResult dolphin = Rsr.Shell(folder, Environment + exec);
        Assert.True(dolphin.ExitCode == 0, dolphin.Error);
        Assert.Equal(36, RsrPlugins.Cli.Files.PictureReader.ReadHeader(folder["in $x/a b-x4.png"]).Width);

        File.WriteAllText(folder["in $x/bad.png"], "no picture");
        RsrResult failed = Rsr.Shell(folder, Environment + "\"$HOME/.local/share/nautilus/scripts/Enlarge x2\" 'in $x/bad.png'");
        Assert.Equal(3, failed.ExitCode);
        Assert.Contains("bad.png: expected PNG", failed.Error, StringComparison.Ordinal);

        Assert.Equal(
            0,
            Rsr.Shell(folder, Environment + $"'{TestFolder.InRepository("desktop/file-managers")}/install.sh' --remove").ExitCode
        );
        Assert.DoesNotContain(folder.Files, name => name.StartsWith("home/.local", StringComparison.Ordinal));
    }

    [Fact]
    public void A_window_shows_progress_and_its_cancel_button_ends_the_work()
    {
        using TestFolder folder = Installed();
        Directory.CreateDirectory(folder["bin"]);
        const string run = "export DISPLAY=:0 PATH=$PWD/bin:$PATH; ";
        File.WriteAllText(
            folder["bin/zenity"],
            "#!/bin/sh\necho \"$*\" >> \"$HOME/calls\"\n[ \"$1\" = --progress ] && cat > \"$HOME/percent\"\nexit 0\n"
        );
        RsrResult shown = Rsr.Shell(
            folder,
            "chmod +x bin/zenity; " + Environment + run + "\"$HOME/.local/share/nautilus/scripts/Enlarge x2\" 'in $x/a b.png'"
        );
        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Contains("in $x/a b-x2.png", folder.Files);
        Assert.Contains(
            File.ReadAllLines(folder["home/percent"]),
            line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture) is > 0 and < 100
        );

        // Pressed after a second: zenity ends, and rsr with it.
        Pictures.Rgb(2000, 1500).Save(folder["in $x/large.png"]);
        File.WriteAllText(
            folder["bin/zenity"],
            "#!/bin/sh\necho \"$*\" >> \"$HOME/calls\"\n[ \"$1\" = --progress ] && exec timeout 2 cat > /dev/null\nexit 0\n"
        );
        File.Delete(folder["home/calls"]);
        RsrResult cancelled = Rsr.Shell(
            folder,
            "chmod +x bin/zenity; " + Environment + run + "\"$HOME/.local/share/nautilus/scripts/Enlarge x4\" 'in $x/large.png'"
        );
        Assert.Equal(130, cancelled.ExitCode);
        Assert.DoesNotContain("--error", File.ReadAllText(folder["home/calls"]), StringComparison.Ordinal);
        Assert.DoesNotContain(
            folder.Files,
            name => name.Contains("large-x4", StringComparison.Ordinal) || name.Contains(".rsr-", StringComparison.Ordinal)
        );
    }
}
