// windowhost: the installed effects' dialogs as real windows, for the Windows rig. It is started anew for each resolution, because a
// program learns the system's when it starts. Everything it says goes to a file too: Windows gives a program with windows no console.
using System.CommandLine;
using System.Windows.Forms;
using PaintDotNet.Effects;
using RsrPlugins.EffectHost;
using RsrPlugins.WindowHost;

const int RenderThreadCount = 4;

Option<string> plugin = new("--plugin") { Description = "The installed plugin's folder.", Required = true };
Option<string> layer = new("--layer") { Description = "The layer the effects are opened on, a PNG file.", Required = true };
Option<string> pictures = new("--pictures") { Description = "Folder for the pictures of the dialogs.", Required = true };
Option<int> seconds = new("--seconds") { Description = "How long.", DefaultValueFactory = _ => 30 };
Option<bool> looks = new("--looks") { Description = "Only what can be seen." };
Option<string> expected = new("--expected") { Description = "Where the picture goes that the effect gave, a PNG file.", Required = true };
Option<string> until = new("--until") { Description = "Stays, as Paint.NET would, until this file is there.", Required = true };
Argument<string> first = new("first");
Argument<string> second = new("second");

Command dialogs = new("dialogs", "Checks every effect's dialog: texts, defaults, keyboard; keeps a picture of each.")
{
    plugin,
    layer,
    pictures,
    looks,
};
dialogs.SetAction(arguments =>
    Run(checks =>
    {
        Picture picture = Picture.Load(arguments.GetValue(layer)!);
        using RenderThreads threads = new RenderThreads(RenderThreadCount);
        IReadOnlyList<Type> types = PluginLoader.FindEffects(arguments.GetValue(plugin)!);
        // First all that is seen: what has been computed changes what dialogs say.
        foreach (Type type in types)
        {
            Look(checks, PluginLoader.Create(type), picture, arguments.GetValue(pictures)!);
        }

        foreach (Type type in arguments.GetValue(looks) ? [] : types)
        {
            Use(checks, PluginLoader.Create(type), picture, threads);
        }
    })
);

Command bad = new("self-test", "Runs the same checks on an effect that is wrong in every way, and passes if they say so.")
{
    layer,
    pictures,
};
bad.SetAction(arguments =>
    Run(checks =>
    {
        using StringWriter said = new StringWriter();
        Checks found = new Checks(said);
        using RenderThreads threads = new RenderThreads(RenderThreadCount);
        Picture picture = Picture.Load(arguments.GetValue(layer)!);
        Look(found, new BadEffect(), picture, arguments.GetValue(pictures)!);
        Use(found, new BadEffect(), picture, threads);
        foreach (string expectation in BadEffect.Expected)
        {
            checks.Check(
                $"a bad effect is told: {expectation}",
                () => found.Failures.Exists(failure => failure.Contains(expectation, StringComparison.Ordinal)) ? [] : found.Failures
            );
        }
    })
);

Command move = new("move", "Changes all controls of every effect for a while, and counts what is left.") { plugin, layer, seconds };
move.SetAction(arguments =>
    Run(checks =>
    {
        Picture picture = Picture.Load(arguments.GetValue(layer)!);
        using RenderThreads threads = new RenderThreads(RenderThreadCount);
        foreach (Type type in PluginLoader.FindEffects(arguments.GetValue(plugin)!))
        {
            Movement.Check(checks, type, picture, TimeSpan.FromSeconds(arguments.GetValue(seconds)), threads, RenderThreadCount);
        }
    })
);

Command copy = new("copy", "Presses the last effect's buttons until something is copied, and leaves it on Windows' clipboard.")
{
    plugin,
    layer,
    expected,
    until,
};
copy.SetAction(arguments =>
    Run(checks =>
        checks.Check(
            "another program has read it in time",
            () =>
            {
                Picture picture = Picture.Load(arguments.GetValue(layer)!);
                using RenderThreads threads = new RenderThreads(RenderThreadCount);
                Type type = PluginLoader.FindEffects(arguments.GetValue(plugin)!)[^1];
                using HostServices services = new HostServices(new WindowsUI());
                using EffectSession session = new EffectSession(PluginLoader.Create(type), picture, services);
                using EffectDialog dialog = DialogChecks.Open(session);
                using Preview preview = new Preview(session, threads, RenderThreadCount);
                dialog.Changed = preview.Restart;
                services.Copied = WindowsClipboard.Write;
                preview.Restart();
                bool isReady = Messages.Until(() => preview.IsIdle, TimeSpan.FromMinutes(2));
                foreach (Row row in dialog.Rows.Where(row => row.Shown is null && row.Input is not null))
                {
                    if (services.ClipboardWrites > 0)
                    {
                        break;
                    }

                    row.Input!.Focus();
                    Messages.Press(Keys.Space);
                    Messages.Until(() => preview.IsIdle && services.ClipboardWrites > 0, TimeSpan.FromMinutes(1));
                }

                if (!isReady || services.ErrorMessages.Count > 0 || services.ClipboardPicture is not { } copied)
                {
                    return services.ErrorMessages.Append("nothing was copied");
                }

                if (!copied.Bytes.Where((_, index) => index % 4 == 3).Any(alpha => alpha is > 0 and < 255))
                {
                    return ["no pixel of it is half transparent, so alpha is not tried"];
                }

                // Whoever waits for this file finds the picture on the clipboard.
                copied.Save(arguments.GetValue(expected)!);
                return Messages.Until(() => File.Exists(arguments.GetValue(until)), TimeSpan.FromMinutes(2)) ? [] : ["nobody came"];
            }
        )
    )
);

Command paste = new("paste", "Writes the PNG that is on Windows' clipboard to a file.") { first };
paste.SetAction(arguments =>
    Run(checks =>
        checks.Check(
            "another program finds it there",
            () =>
            {
                if (WindowsClipboard.Read() is not { } png)
                {
                    return ["there is no PNG on the clipboard"];
                }

                File.WriteAllBytes(arguments.GetValue(first)!, png);
                return [];
            }
        )
    )
);

Command same = new("same", "Compares two pictures, all four channels.") { first, second };
same.SetAction(arguments =>
    Run(checks =>
        checks.Check(
            $"{Path.GetFileName(arguments.GetValue(first))} is {Path.GetFileName(arguments.GetValue(second))}",
            () =>
            {
                PictureDifference found = PictureDifference.Between(
                    Picture.Load(arguments.GetValue(first)!),
                    Picture.Load(arguments.GetValue(second)!)
                );
                return found.Within(new Tolerance(0, 0)) ? [] : [found.ToString()];
            }
        )
    )
);

Option<string> says = new("--says") { Description = "What one of its texts has to contain.", DefaultValueFactory = _ => string.Empty };
Option<int> press = new("--press") { Description = "The button to press: 1 is OK, 2 is Cancel.", DefaultValueFactory = _ => 1 };
Option<string?> shot = new("--picture") { Description = "Where a picture of the window goes, a PNG file." };
Command window = new("window", "Waits for another program's window with this title, reads it, and presses a button.")
{
    first,
    says,
    press,
    shot,
};
window.SetAction(arguments =>
    Run(checks =>
        checks.Check(
            $"the window {arguments.GetValue(first)} says \"{arguments.GetValue(says)}\" and goes when it is answered",
            () =>
            {
                nint found = 0;
                if (
                    !Messages.Until(
                        () => (found = OtherWindows.Find(arguments.GetValue(first)!, arguments.GetValue(says)!)) != 0,
                        TimeSpan.FromMinutes(2)
                    )
                )
                {
                    nint other = OtherWindows.Find(arguments.GetValue(first)!, string.Empty);
                    return [other == 0 ? "no such window" : $"it says {string.Join(" / ", OtherWindows.Texts(other))}"];
                }

                if (arguments.GetValue(shot) is string path)
                {
                    ScreenPicture.Save(OtherWindows.BoundsOf(found), path);
                }

                OtherWindows.Press(found, arguments.GetValue(press));
                bool isGone = Messages.Until(() => !OtherWindows.Exists(found), TimeSpan.FromSeconds(30));
                return isGone ? [] : ["it is still there"];
            }
        )
    )
);

RootCommand root = new("Shows the effects of a plugin folder as real dialogs. Exit codes: 0 all checks passed, 1 one failed, 2 bad usage.")
{
    dialogs,
    bad,
    move,
    copy,
    paste,
    same,
    window,
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    parsed.Invoke();
    return 2;
}

// OLE's clipboard wants a single-threaded apartment, which a program with top-level statements cannot ask for by attribute.
int code = 1;
Thread ui = new Thread(() => code = parsed.Invoke()) { Name = "UI" };
ui.SetApartmentState(ApartmentState.STA);
ui.Start();
ui.Join();
return code;

static int Run(Action<Checks> action)
{
    Application.EnableVisualStyles();
    Application.SetHighDpiMode(HighDpiMode.SystemAware);
    Application.SetCompatibleTextRenderingDefault(false);
    Checks checks = new Checks(Console.Out);
    try
    {
        action(checks);
    }
    catch (Exception exception)
    {
        checks.Check("the window host itself", () => [exception.ToString()]);
    }

    return checks.Close();
}

static void Look(Checks checks, BitmapEffect effect, Picture layer, string pictures)
{
    using HostServices services = new HostServices(new WindowsUI());
    using EffectSession session = new EffectSession(effect, layer, services);
    DialogChecks.Looks(checks, session, Path.Combine(pictures, session.Name.Replace(' ', '-').ToLowerInvariant() + ".png"));
}

static void Use(Checks checks, BitmapEffect effect, Picture layer, RenderThreads threads)
{
    using HostServices services = new HostServices(new WindowsUI());
    using EffectSession session = new EffectSession(effect, layer, services);
    DialogChecks.Works(checks, session, services, layer, threads, RenderThreadCount);
}
