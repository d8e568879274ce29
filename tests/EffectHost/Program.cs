// effecthost: runs the effects of a plugin folder on PNG files, for people and for the Windows rig.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PaintDotNet.Effects;
using RsrPlugins.EffectHost;

const int Failed = 1,
    BadUsage = 2,
    GoldenDiffers = 3,
    EffectFailed = 4;

Option<string?> plugin = new("--plugin")
{
    Description =
        "The plugin's folder. Default: Effects/RsrPlugins beside this program, else artifacts/plugin/RsrPlugins in this folder or above.",
    Recursive = true,
};
Argument<string> effectName = new("effect") { Description = "Name of the effect, as the menu has it." };
Argument<string> input = new("input") { Description = "The layer, a PNG file." };
Argument<string> output = new("output") { Description = "Where the layer's new content goes, a PNG file." };
Option<string[]> settings = new("--set") { Description = "A control's value: Property=Value; may be repeated." };
Option<string?> selection = new("--selection") { Description = "x,y,width,height. Default: the whole layer." };
Option<string?> selectionMask = new("--selection-mask")
{
    Description = "A grey PNG of the layer's size that says how far each pixel is selected, instead of --selection.",
    HelpName = "FILE",
};
Option<int> tiles = new("--tiles") { Description = "Side of the square tiles.", DefaultValueFactory = _ => 64 };
Option<int> threads = new("--threads") { Description = "Tiles at once.", DefaultValueFactory = _ => 4 };
Option<int?> cancelAfter = new("--cancel-after") { Description = "Cancels the render after so many milliseconds." };
Option<string?> copy = new("--copy") { Description = "Presses the copy button and writes what reaches the clipboard to this PNG file." };
Option<string?> save = new("--save") { Description = "Presses the save button with this file's folder and name." };
Option<string?> golden = new("--golden") { Description = "Compares the result with this PNG file." };
Option<int> tolerance = new("--tolerance") { Description = "Largest difference of one channel, in levels." };
Option<double?> meanTolerance = new("--mean-tolerance")
{
    Description = "Largest mean difference, in levels. Default: that of --tolerance.",
};
Option<string?> difference = new("--difference") { Description = "Where the picture of the differences goes. Default: beside the output." };

Option<string?> absent = new("--absent")
{
    Description = $"Runs as in a Paint.NET that lacks a type or member: {string.Join(", ", AbsentMembers.Names)}.",
    HelpName = "MEMBER",
};

RequireRange(tiles, 1);
RequireRange(threads, 1, 1024);
RequireRange(cancelAfter, 0);
RequireRange(tolerance, 0, 255);
meanTolerance.Validators.Add(result =>
{
    if (
        result.Tokens.Count == 1
        && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out double value)
        && !(value is >= 0 and <= 255)
    )
    {
        result.AddError($"{result.Option.Name} takes 0 to 255; found {result.Tokens[0].Value}.");
    }
});

Command list = new("list", "Lists the plugin's effects and their controls.");
list.SetAction(arguments =>
    Guard(() =>
    {
        foreach (Type type in PluginLoader.FindEffects(PluginFolder(arguments.GetValue(plugin))))
        {
            using HostServices services = new HostServices();
            using EffectSession session = new EffectSession(PluginLoader.Create(type), Sample(), services);
            Console.WriteLine(
                $"{session.Name}  (Effects > {session.Submenu}{(session.IsConfigurable ? ", with a dialog" : string.Empty)})"
            );
            foreach (DialogControl control in session.OpenDialog())
            {
                Console.WriteLine(
                    $"  {control.Property} = {control.Value}  [{control.ControlType}] {control.Label}. {control.Description}"
                );
                foreach ((string value, string label) in control.Choices)
                {
                    Console.WriteLine($"      {value}: {label}");
                }
            }
        }

        return 0;
    })
);

Command run = new("run", "Runs an effect on a picture.")
{
    effectName,
    input,
    output,
    settings,
    selection,
    selectionMask,
    tiles,
    threads,
    cancelAfter,
    copy,
    save,
    golden,
    tolerance,
    meanTolerance,
    difference,
    absent,
};
run.SetAction(arguments =>
    Guard(() =>
    {
        if (arguments.GetValue(absent) is string missing)
        {
            return AbsentMembers.Run(
                missing,
                args.Where((argument, index) => argument != "--absent" && (index == 0 || args[index - 1] != "--absent"))
            );
        }

        Picture layer = Picture.Load(arguments.GetValue(input)!);
        string outputPath = arguments.GetValue(output)!;
        Picture? mask = arguments.GetValue(selectionMask) is string maskPath ? Picture.Load(maskPath) : null;
        if (mask is not null && arguments.GetValue(selection) is not null)
        {
            throw new HostException("--selection and --selection-mask: give one of them.");
        }

        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            FindEffect(PluginFolder(arguments.GetValue(plugin)), arguments.GetValue(effectName)!),
            layer,
            services,
            ParseSelection(arguments.GetValue(selection)),
            mask
        );
        RenderSchedule schedule = new RenderSchedule(arguments.GetValue(tiles), arguments.GetValue(threads));
        session.OpenDialog();
        foreach (string setting in arguments.GetValue(settings) ?? [])
        {
            string[] parts = setting.Split('=', 2);
            if (parts.Length != 2)
            {
                throw new HostException($"--set {setting}: give Property=Value.");
            }

            session.Set(parts[0], parts[1]);
        }

        if (arguments.GetValue(save) is string file)
        {
            session.Set("SaveFolder", Path.GetDirectoryName(Path.GetFullPath(file))!);
            session.Set("SaveName", Path.GetFileName(file));
        }

        using CancellationTokenSource cancellation = new CancellationTokenSource();
        Stopwatch watch = Stopwatch.StartNew();
        if (arguments.GetValue(cancelAfter) is int milliseconds)
        {
            cancellation.CancelAfter(milliseconds);
        }

        Picture result;
        TimeSpan firstTile = default,
            whole;
        try
        {
            result = session.Render(
                schedule with
                {
                    TileDone = number => firstTile = number == 1 ? watch.Elapsed : firstTile,
                },
                cancellation.Token
            );
            whole = watch.Elapsed;
            foreach (
                string button in (string[])
                    [
                        .. arguments.GetValue(copy) is null ? [] : (string[])["Copy"],
                        .. arguments.GetValue(save) is null ? [] : (string[])["Save"],
                    ]
            )
            {
                // A press counts only after the dialog's first render, as it does for a person.
                session.Press(button);
                result = session.Render(schedule, cancellation.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine(
                FormattableString.Invariant(
                    $"{session.Name}: cancelled after {arguments.GetValue(cancelAfter)} ms, stopped after {watch.Elapsed.TotalMilliseconds:0} ms"
                )
            );
            return 0;
        }

        result.Save(outputPath);
        Console.WriteLine(
            FormattableString.Invariant(
                $"{session.Name}: {layer.Width} x {layer.Height} in {watch.Elapsed.TotalMilliseconds:0} ms -> {outputPath}"
            )
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $"First tile after {firstTile.TotalMilliseconds:0} ms, {firstTile / whole:0.0 %} of the whole's {whole.TotalMilliseconds:0} ms"
            )
        );
        foreach (DialogControl control in session.OpenDialog().Where(control => control.Property == "Device"))
        {
            Console.WriteLine($"{control.Label}: {control.Description}");
        }

        foreach (string message in services.ErrorMessages)
        {
            Console.Error.WriteLine(message);
        }

        if (services.ErrorMessages.Count > 0)
        {
            return EffectFailed;
        }

        if (arguments.GetValue(copy) is string clipboardPath)
        {
            (services.ClipboardPicture ?? throw new HostException($"{session.Name} put nothing on the clipboard.")).Save(clipboardPath);
        }

        if (arguments.GetValue(golden) is not string goldenPath)
        {
            return 0;
        }

        Tolerance limits = new Tolerance(arguments.GetValue(tolerance), arguments.GetValue(meanTolerance) ?? arguments.GetValue(tolerance));
        PictureDifference found;
        try
        {
            found = PictureDifference.Between(Picture.Load(goldenPath), result);
        }
        catch (HostException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return GoldenDiffers;
        }

        if (found.Within(limits))
        {
            Console.WriteLine($"Matches {goldenPath} ({found})");
            return 0;
        }

        string differencePath = arguments.GetValue(difference) ?? Path.ChangeExtension(outputPath, ".difference.png");
        found.Image.Save(differencePath);
        Console.Error.WriteLine(
            FormattableString.Invariant(
                $"{outputPath} differs from {goldenPath} by more than {limits.PerChannel} levels or {limits.Mean} in the mean: {found}. Differences, amplified: {differencePath}"
            )
        );
        return GoldenDiffers;
    })
);

Argument<string> goldenFolder = new("folder") { Description = "Folder with goldens.json, the golden pictures and their inputs." };
Option<string?> only = new("--only") { Description = "Only goldens whose name contains this." };
Option<string> failures = new("--failures")
{
    Description = "Where the pictures of failed goldens go.",
    DefaultValueFactory = _ => "golden-failures",
};
Command goldens = new("goldens", "Renders all golden pictures of a list and compares them.")
{
    goldenFolder,
    settings,
    tiles,
    threads,
    tolerance,
    meanTolerance,
    only,
    failures,
};
goldens.SetAction(arguments =>
    Guard(() =>
    {
        string folder = arguments.GetValue(goldenFolder)!;
        Type[] effects = [.. PluginLoader.FindEffects(PluginFolder(arguments.GetValue(plugin)))];
        Tolerance limits = new Tolerance(arguments.GetValue(tolerance), arguments.GetValue(meanTolerance) ?? arguments.GetValue(tolerance));
        int passed = 0,
            failed = 0;
        string device = string.Empty;
        GoldenCase[] cases =
        [
            .. GoldenList.Load(folder).Where(one => one.Name.Contains(arguments.GetValue(only) ?? string.Empty, StringComparison.Ordinal)),
        ];
        if (cases.Length == 0)
        {
            throw new HostException(
                arguments.GetValue(only) is string part
                    ? $"--only {part}: no golden of {folder} has a name that contains it."
                    : $"{folder}: the list of goldens is empty."
            );
        }

        foreach (GoldenCase one in cases)
        {
            try
            {
                if (Compare(one) is not { } found)
                {
                    passed++;
                    continue;
                }

                failed++;
                Console.Error.WriteLine($"{one.Name} ({one.Model}): {found}");
            }
            catch (Exception exception) when (exception is HostException or InvalidOperationException)
            {
                // A golden that is missing, of another size or cannot be read, and an effect that lets an exception escape, fail by
                // themselves; the others are still compared.
                failed++;
                Console.Error.WriteLine($"{one.Name} ({one.Model}): {exception.Message}");
            }
        }

        Console.WriteLine($"Processing device: {device}");
        Console.WriteLine($"{passed} passed, {failed} failed, 0 skipped");
        return failed == 0 ? 0 : GoldenDiffers;

        // Null where the effect gives the golden.
        string? Compare(GoldenCase one)
        {
            using HostServices services = new HostServices();
            (int, int, int, int)? selected = one.Selection is [int x, int y, int width, int height] ? (x, y, width, height) : null;
            BitmapEffect effect =
                effects.Select(PluginLoader.Create).FirstOrDefault(effect => effect.HostName == one.Effect)
                ?? throw new HostException($"the plugin has no effect \"{one.Effect}\".");
            using EffectSession session = new EffectSession(
                effect,
                Picture.Load(Path.Combine(folder, "inputs", one.Input + ".png")),
                services,
                selected,
                one.Mask is null ? null : Picture.Load(Path.Combine(folder, "inputs", one.Mask + ".png"))
            );
            session.OpenDialog();
            foreach (string[] parts in one.Settings.Concat(arguments.GetValue(settings) ?? []).Select(setting => setting.Split('=', 2)))
            {
                session.Set(parts[0], parts[^1]);
            }

            Picture result = session.Render(new RenderSchedule(arguments.GetValue(tiles), arguments.GetValue(threads)));
            device = session.OpenDialog().FirstOrDefault(control => control.Property == "Device")?.Description ?? string.Empty;
            string kept = Path.Combine(arguments.GetValue(failures)!, one.Name + ".png");
            Picture expected;
            try
            {
                expected = Picture.Load(Path.Combine(folder, one.Name + ".png"));
                if ((expected.Width, expected.Height) != (result.Width, result.Height))
                {
                    throw new HostException(
                        $"the golden is {expected.Width} x {expected.Height}, the result {result.Width} x {result.Height}."
                    );
                }
            }
            catch (HostException)
            {
                result.Save(kept);
                throw;
            }

            PictureDifference found = PictureDifference.Between(expected, result);
            if (found.Within(limits) && services.ErrorMessages.Count == 0)
            {
                return null;
            }

            result.Save(kept);
            found.Image.Save(Path.ChangeExtension(kept, ".difference.png"));
            return $"{found} {string.Join(' ', services.ErrorMessages)}";
        }
    })
);

Option<double> minutes = new("--minutes") { Description = "How long.", DefaultValueFactory = _ => 15 };
Command soak = new(
    "soak",
    "Renders all effects again and again, at different sizes and on threads that live on, and counts the memory; fails if it has grown by more than 20 MB."
)
{
    input,
    settings,
    threads,
    minutes,
};
soak.SetAction(arguments =>
    Guard(() =>
        Soak.Run(
            PluginLoader.FindEffects(PluginFolder(arguments.GetValue(plugin))),
            Picture.Load(arguments.GetValue(input)!),
            arguments.GetValue(settings) ?? [],
            TimeSpan.FromMinutes(arguments.GetValue(minutes)),
            arguments.GetValue(threads),
            Console.Out
        )
            ? 0
            : Failed
    )
);

RootCommand root = new(
    "Runs Paint.NET effects without Paint.NET. Exit codes: 0 done, 1 unexpected failure, 2 bad usage, 3 a golden differs or is missing, 4 the effect reported an error."
)
{
    plugin,
    list,
    run,
    goldens,
    soak,
};
ParseResult parsed = root.Parse(args);
return parsed.Errors.Count > 0 ? Math.Max(parsed.Invoke(), BadUsage) : parsed.Invoke();

static void RequireRange(Option option, int min, int max = int.MaxValue) =>
    option.Validators.Add(result =>
    {
        if (
            result.Tokens.Count == 1
            && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int value)
            && (value < min || value > max)
        )
        {
            result.AddError(
                max == int.MaxValue
                    ? $"{option.Name} takes at least {min}; found {value}."
                    : $"{option.Name} takes {min} to {max}; found {value}."
            );
        }
    });

// What an effect says of its layer is of this one: something to see, and no enlarged picture.
static Picture Sample()
{
    const int side = 64;
    Picture picture = new(side, side);
    for (int y = 0; y < side; y++)
    {
        for (int x = 0; x < side; x++)
        {
            new[] { (byte)(x * 4), (byte)(y * 4), (byte)((x * y) & 255), (byte)255 }.CopyTo(picture[x, y]);
        }
    }

    return picture;
}

static int Guard(Func<int> action)
{
    try
    {
        return action();
    }
    catch (HostException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return BadUsage;
    }
    catch (Exception exception)
    {
        Console.Error.WriteLine(exception);
        return Failed;
    }
}

static string PluginFolder(string? given)
{
    if (given is not null)
    {
        return given;
    }

    string installed = Path.Combine(AppContext.BaseDirectory, "Effects", "RsrPlugins");
    if (Directory.Exists(installed))
    {
        return installed;
    }

    for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
    {
        string built = Path.Combine(folder.FullName, "artifacts", "plugin", "RsrPlugins");
        if (Directory.Exists(built))
        {
            return built;
        }
    }

    throw new HostException("No plugin folder found; name one with --plugin.");
}

static BitmapEffect FindEffect(string folder, string name)
{
    BitmapEffect[] effects = [.. PluginLoader.FindEffects(folder).Select(PluginLoader.Create)];
    return effects.FirstOrDefault(effect => effect.HostName.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new HostException(
            $"{folder}: no effect \"{name}\"; there are {string.Join(", ", effects.Select(effect => effect.HostName))}."
        );
}

static (int X, int Y, int Width, int Height)? ParseSelection(string? text)
{
    if (text is null)
    {
        return null;
    }

    int[] numbers = [.. text.Split(',').Select(part => int.TryParse(part, out int number) ? number : int.MinValue)];
    return numbers.Length == 4 && !numbers.Contains(int.MinValue) && numbers[2] >= 1 && numbers[3] >= 1
        ? (numbers[0], numbers[1], numbers[2], numbers[3])
        : throw new HostException($"--selection {text}: give x,y,width,height, width and height at least 1.");
}
