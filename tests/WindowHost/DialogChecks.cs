// What must be true of a dialog, whatever is in it: each control has a heading, a description and its default; no text is cut; the
// keyboard reaches and changes everything in reading order; Enter and Escape mean OK and Cancel.
using System.Drawing;
using System.Windows.Forms;
using RsrPlugins.EffectHost;

namespace RsrPlugins.WindowHost;

/// <summary>Checks one effect's dialog.</summary>
internal static class DialogChecks
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>What can be seen: texts, defaults, places, the picture of the window.</summary>
    /// <param name="picture">Where the picture of the window goes.</param>
    public static void Looks(Checks checks, EffectSession session, string picture)
    {
        using EffectDialog dialog = Open(session);
        foreach (Row row in dialog.Rows)
        {
            checks.Check(
                $"{session.Name}: {row.Control.Property} ({row.Control.ControlType}) is described, shows its default and is whole",
                () => Problems(dialog, row)
            );
        }

        checks.Check($"{session.Name}: nothing lies over something else", () => Overlaps(dialog));
        checks.Check($"{session.Name}: no text makes a mnemonic by accident, and none is there twice", () => Mnemonics(dialog));
        checks.Check($"{session.Name}: Tab goes through all controls in reading order and round again", () => TabOrder(dialog));
        checks.Check($"{session.Name}: the window is on the screen, and its picture is kept", () => Picture(dialog, picture));
    }

    /// <summary>What can be done from the keyboard.</summary>
    public static void Works(
        Checks checks,
        EffectSession session,
        HostServices services,
        Picture layer,
        RenderThreads threads,
        int threadCount
    )
    {
        using EffectDialog dialog = Open(session);
        using Preview preview = new Preview(session, threads, threadCount);
        dialog.Changed = preview.Restart;
        checks.Check(
            $"{session.Name}: a picture comes, and it is another one",
            () =>
            {
                preview.Restart();
                if (!Messages.Until(() => preview.IsIdle, _patience))
                {
                    return ["no picture came"];
                }

                return preview.Result is not { } first ? services.ErrorMessages.Append("no picture")
                    : first.Bytes.AsSpan().SequenceEqual(layer.Bytes) ? ["the layer is as it was"]
                    : [];
            }
        );
        // What is saved while everything is pressed goes where nothing is.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rsr-window-");
        foreach (Row row in dialog.Rows.Where(row => row.Control.ControlType == "FolderChooser"))
        {
            row.Input!.Text = folder.FullName;
        }

        foreach (Row row in dialog.Rows.Where(row => row.Input is not null))
        {
            checks.Check(
                $"{session.Name}: the keyboard {(row.Shown is null ? "presses" : "changes")} {row.Control.Property}",
                () => ChangesByKeyboard(session, dialog, row)
            );
        }

        checks.Check(
            $"{session.Name}: after all these changes a picture comes, without an error",
            () => Messages.Until(() => preview.IsIdle, _patience) ? services.ErrorMessages : ["no picture came"]
        );
        checks.Check($"{session.Name}: Enter is OK, Escape is Cancel", () => EnterAndEscape(dialog));
        folder.Delete(recursive: true);
    }

    /// <summary>Shows a dialog and waits until it has the focus.</summary>
    public static EffectDialog Open(EffectSession session)
    {
        EffectDialog dialog = new EffectDialog(session);
        Show(dialog);
        return dialog;
    }

    private static void Show(EffectDialog dialog)
    {
        dialog.Show();
        dialog.Activate();
        dialog.Rows.FirstOrDefault(row => row.Input is not null)?.Input!.Focus();
        if (!Messages.Until(() => dialog.ContainsFocus, TimeSpan.FromSeconds(20)))
        {
            throw new HostException($"{dialog.Text}: the window has not got the focus.");
        }
    }

    private static IEnumerable<string> Problems(EffectDialog dialog, Row row)
    {
        DialogControl control = row.Control;
        if (row.Input is null)
        {
            yield return $"the effect host knows no control \"{control.ControlType}\" with this property";
            yield break;
        }

        if (control.Label.Length == 0)
        {
            yield return "no heading, and no text on a button";
        }

        if (control.Description.Length == 0)
        {
            yield return "no description";
        }

        if (row.Shown is not null && row.Shown() != control.Value)
        {
            yield return $"shows {row.Shown()}, its default is {control.Value}";
        }

        if (
            control.Choices.Count != control.Choices.Select(choice => choice.Label).Distinct().Count()
            || control.Choices.Any(choice => string.IsNullOrWhiteSpace(choice.Label))
        )
        {
            yield return $"choices without a name or with the same one: {string.Join(", ", control.Choices.Select(choice => choice.Label))}";
        }

        foreach (Control part in row.Parts)
        {
            foreach ((string text, int room) in Lines(part))
            {
                int width = TextRenderer.MeasureText(text, part.Font).Width;
                if (width > room)
                {
                    yield return $"\"{text}\" is {width} pixels wide, there are {room}";
                }
            }

            if (part is Label { AutoSize: true } label && label.PreferredSize.Height > label.Height)
            {
                yield return $"\"{label.Text}\" is {label.PreferredSize.Height} pixels high, there are {label.Height}";
            }

            if (part.Left < 0 || part.Right > dialog.Body.ClientSize.Width)
            {
                yield return $"{part.GetType().Name} goes from {part.Left} to {part.Right} in a window of {dialog.Body.ClientSize.Width}";
            }
        }
    }

    /// <summary>Texts that stay on one line, and the room for them.</summary>
    private static IEnumerable<(string Text, int Room)> Lines(Control part)
    {
        // The arrow, and the border that the text keeps clear of.
        int arrow = SystemInformation.VerticalScrollBarWidth + 4;
        return part switch
        {
            ComboBox list => list.Items.Cast<string>().Select(text => (text, list.Width - arrow)),
            Button button => [(button.Text, button.Width - 6)],
            Panel group => group.Controls.Cast<Control>().Select(choice => (choice.Text, group.Width - arrow)),
            _ => [],
        };
    }

    private static IEnumerable<string> Overlaps(EffectDialog dialog)
    {
        Control[] controls = [.. dialog.Body.Controls.Cast<Control>()];
        return from one in controls
            from other in controls
            where Array.IndexOf(controls, one) < Array.IndexOf(controls, other) && one.Bounds.IntersectsWith(other.Bounds)
            select $"{one.GetType().Name} \"{one.Text}\" {one.Bounds} and {other.GetType().Name} \"{other.Text}\" {other.Bounds}";
    }

    private static IEnumerable<string> Mnemonics(EffectDialog dialog)
    {
        // Paint.NET's dialog gives its controls none: an ampersand in a text is meant as one, and would vanish.
        string[] texts =
        [
            .. dialog.Rows.SelectMany(row =>
                (string[])
                    [row.Control.Heading, row.Control.Label, row.Control.Description, .. row.Control.Choices.Select(choice => choice.Label)]
            ),
        ];
        IEnumerable<string> vanishing = texts
            .Where(text => text.Replace("&&", string.Empty, StringComparison.Ordinal).Contains('&', StringComparison.Ordinal))
            .Select(text => $"an ampersand vanishes in \"{text}\"");
        IEnumerable<string> twice = Enumerable
            .Range('A', 26)
            .Select(letter => ((char)letter, All(dialog).Where(control => Control.IsMnemonic((char)letter, control.Text)).ToArray()))
            .Where(found => found.Item2.Length > 1)
            .Select(found =>
                $"Alt+{found.Item1} is there {found.Item2.Length} times: {string.Join(", ", found.Item2.Select(control => control.Text))}"
            );
        return vanishing.Distinct().Concat(twice);
    }

    private static IEnumerable<string> TabOrder(EffectDialog dialog)
    {
        Control[] expected =
        [
            .. All(dialog).Where(IsStop).OrderBy(control => PlaceOf(dialog, control).Y).ThenBy(control => PlaceOf(dialog, control).X),
        ];
        Control first = dialog.Rows.First(row => row.Input is not null).Input!;
        first.Focus();
        List<Control> found = new List<Control>();
        for (int i = 0; i <= expected.Length; i++)
        {
            Control focused = Focused(dialog);
            found.Add(focused);
            Rectangle visible = dialog.Body.RectangleToScreen(dialog.Body.ClientRectangle);
            if (!visible.Contains(focused.RectangleToScreen(focused.ClientRectangle)))
            {
                yield return $"{focused.GetType().Name} has the focus and is not to be seen whole";
            }

            Messages.Press(Keys.Tab);
        }

        if (!found.SequenceEqual([.. expected, expected[0]]))
        {
            yield return $"the order is {Names(found)}, reading order is {Names([.. expected, expected[0]])}";
        }

        static string Names(IEnumerable<Control> controls) =>
            string.Join(", ", controls.Select(control => $"{control.GetType().Name} {control.Text}"));
    }

    // Of a group of radio buttons the one that is chosen is the stop.
    private static bool IsStop(Control control) =>
        control is ComboBox or TrackBar or ButtonBase or TextBoxBase or NumericUpDown
        && control.TabStop
        && control is not RadioButton { Checked: false }
        && control.Parent is not NumericUpDown;

    private static Point PlaceOf(EffectDialog dialog, Control control) =>
        dialog.Body.PointToClient(control.Parent!.PointToScreen(control.Location));

    private static Control Focused(EffectDialog dialog)
    {
        Control? control = dialog.ActiveControl;
        while (control is ContainerControl { ActiveControl: { } inner } && control is not NumericUpDown)
        {
            control = inner;
        }

        return control ?? throw new HostException($"{dialog.Text}: nothing has the focus.");
    }

    private static IEnumerable<Control> All(Control parent) =>
        parent.Controls.Cast<Control>().SelectMany(control => All(control).Prepend(control));

    private static IEnumerable<string> ChangesByKeyboard(EffectSession session, EffectDialog dialog, Row row)
    {
        row.Input!.Focus();
        string before = session.ValueOf(row.Control.Property);
        if (row.Control.Choices.Count == 1)
        {
            yield break;
        }

        foreach (Keys key in row.Keys)
        {
            Messages.Press(key);
            if (session.ValueOf(row.Control.Property) != before)
            {
                break;
            }
        }

        string after = session.ValueOf(row.Control.Property);
        if (after == before)
        {
            yield return $"{string.Join(", ", row.Keys)} left it at {before}";
        }
        else if (row.Shown is not null && row.Shown() != after)
        {
            yield return $"the window shows {row.Shown()}, the effect has {after}";
        }

        if (row.Input is TextBox text)
        {
            // A name with a letter too many is no longer one.
            text.Text = before;
        }
    }

    private static IEnumerable<string> EnterAndEscape(EffectDialog dialog)
    {
        foreach (
            (Keys key, DialogResult expected) in ((Keys, DialogResult)[])[(Keys.Enter, DialogResult.OK), (Keys.Escape, DialogResult.Cancel)]
        )
        {
            if (!dialog.Visible)
            {
                Show(dialog);
            }

            dialog.DialogResult = DialogResult.None;
            dialog.Rows.First(row => row.Input is not null and not Button).Input!.Focus();
            Messages.Press(key);
            if (dialog.DialogResult != expected)
            {
                yield return $"{key} gave {dialog.DialogResult}";
            }
        }
    }

    private static IEnumerable<string> Picture(EffectDialog dialog, string path)
    {
        dialog.Rows.First(row => row.Input is not null).Input!.Focus();
        // What is drawn when the system has time for it.
        Messages.For(TimeSpan.FromSeconds(1));
        Rectangle screen = Screen.PrimaryScreen!.Bounds;
        if (!screen.Contains(dialog.Bounds))
        {
            yield return $"the window is at {dialog.Bounds}, the screen {screen.Width} x {screen.Height}";
        }

        using Bitmap bitmap = ScreenPicture.Save(dialog.Bounds, path);
        HashSet<int> colours = new HashSet<int>();
        for (int y = 0; y < bitmap.Height; y += 2)
        {
            for (int x = 0; x < bitmap.Width; x++)
            {
                colours.Add(bitmap.GetPixel(x, y).ToArgb());
            }
        }

        // Text alone has more shades than this; an empty window has a few.
        if (colours.Count < 12)
        {
            yield return $"the picture has {colours.Count} colours";
        }
    }
}
