// An effect's dialog as Paint.NET lays it out: for every property a heading with a line, the control, its description; OK and Cancel
// below. Everything in it comes from the effect - which properties, what kind of control, every text, range and choice - so that a
// control that is new in the effect is here, and checked, without a change. Sizes are those of 96 dpi, scaled to the system's.
using System.Drawing;
using System.Globalization;
using System.Windows.Forms;
using RsrPlugins.EffectHost;

namespace RsrPlugins.WindowHost;

/// <summary>A control of the dialog and what belongs to it.</summary>
/// <param name="Control">What the effect says of it.</param>
/// <param name="Input">What has the focus when the control is used; null if Paint.NET has no such kind.</param>
/// <param name="Shown">The value that is seen, as the effect host names values; null for a button.</param>
/// <param name="Keys">Keys that change the value, or press the button; each is tried until it has changed.</param>
/// <param name="Parts">Everything on the window that belongs to it, texts included.</param>
internal sealed record Row(
    DialogControl Control,
    Control? Input,
    Func<string>? Shown,
    IReadOnlyList<Keys> Keys,
    IReadOnlyList<Control> Parts
);

/// <summary>The window.</summary>
internal sealed class EffectDialog : Form
{
    private const int Side = 8,
        Wide = 380,
        ListLines = 12;
    private readonly Panel _body = new() { AutoScroll = true, Dock = DockStyle.Fill };
    private readonly EffectSession _session;
    private readonly List<Row> _rows = [];
    private int _y;

    public EffectDialog(EffectSession session)
    {
        _session = session;
        AutoScaleMode = AutoScaleMode.None;
        Font = SystemFonts.MessageBoxFont!;
        Text = session.Name;
        FormBorderStyle = FormBorderStyle.FixedDialog;
        (MaximizeBox, MinimizeBox, HelpButton, ShowInTaskbar) = (false, false, session.HelpText().Length > 0, false);
        StartPosition = FormStartPosition.CenterScreen;
        Controls.Add(_body);
        _y = Px(Side);
        foreach (DialogControl control in session.OpenDialog())
        {
            _rows.Add(Add(control));
            _y += Px(Side);
        }

        AddButtons();
        int most = Screen.PrimaryScreen!.WorkingArea.Height - SystemInformation.CaptionHeight - Px(Side * 2);
        Scrolls = _y > most;
        ClientSize = new Size(Px(Wide + (2 * Side)) + (Scrolls ? SystemInformation.VerticalScrollBarWidth : 0), Math.Min(_y, most));
    }

    /// <summary>The dialog's controls, in the effect's order.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Whether it is higher than the screen, so that it scrolls.</summary>
    public bool Scrolls { get; }

    /// <summary>What holds the rows.</summary>
    public Control Body => _body;

    /// <summary>Called after every change of a control.</summary>
    public Action? Changed { get; set; }

    private int Px(int atNinetySix) => LogicalToDeviceUnits(atNinetySix);

    private Row Add(DialogControl control)
    {
        List<Control> parts = new List<Control>();
        if (control.Heading.Length > 0)
        {
            Label heading = Put(new Label { Text = control.Heading, AutoSize = true }, parts);
            // A line from the text to the side, over the middle of the text.
            Label line = new Label
            {
                BorderStyle = BorderStyle.Fixed3D,
                Bounds = new Rectangle(
                    heading.Right + Px(4),
                    heading.Top + (heading.Height / 2),
                    Px(Side + Wide) - heading.Right - Px(4),
                    2
                ),
            };
            _body.Controls.Add(line);
        }

        (Control? input, Func<string>? shown, Keys[] keys) = Make(control, parts);
        if (control.Description.Length > 0 && input is not CheckBox)
        {
            Put(
                new Label
                {
                    Text = control.Description,
                    AutoSize = true,
                    MaximumSize = new Size(Px(Wide), 0),
                },
                parts
            );
        }

        return new Row(control, input, shown, keys, parts);
    }

    private (Control? Input, Func<string>? Shown, Keys[] Keys) Make(DialogControl control, List<Control> parts)
    {
        switch (control.ControlType)
        {
            case "DropDown":
                ComboBox list = Put(
                    new ComboBox
                    {
                        DropDownStyle = ComboBoxStyle.DropDownList,
                        MaxDropDownItems = ListLines,
                        Width = Px(Wide),
                    },
                    parts
                );
                list.Items.AddRange([.. control.Choices.Select(choice => choice.Label)]);
                list.SelectedIndex = control.Choices.ToList().FindIndex(choice => choice.Value == control.Value);
                list.SelectedIndexChanged += (_, _) => Set(control, control.Choices[list.SelectedIndex].Value);
                return (list, () => control.Choices[list.SelectedIndex].Value, [Keys.Down, Keys.Up]);

            case "RadioButton":
                Panel group = new Panel { Width = Px(Wide) };
                int y = 0;
                foreach ((string value, string label) in control.Choices)
                {
                    RadioButton choice = new RadioButton
                    {
                        Text = label,
                        AutoSize = true,
                        Checked = value == control.Value,
                        Top = y,
                    };
                    choice.CheckedChanged += (_, _) =>
                    {
                        if (choice.Checked)
                        {
                            Set(control, value);
                        }
                    };
                    group.Controls.Add(choice);
                    y += choice.PreferredSize.Height;
                }

                group.Height = y;
                Put(group, parts);
                RadioButton[] choices = [.. group.Controls.OfType<RadioButton>()];
                return (
                    choices.FirstOrDefault(choice => choice.Checked) ?? choices[0],
                    () => control.Choices[Array.FindIndex(choices, choice => choice.Checked)].Value,
                    [Keys.Down, Keys.Up]
                );

            case "Slider" when control.Range is (int least, int greatest):
                int preset = int.Parse(control.Value, CultureInfo.InvariantCulture);
                NumericUpDown number = new NumericUpDown
                {
                    Minimum = least,
                    Maximum = greatest,
                    Value = preset,
                    Width = Px(70),
                };
                TrackBar slider = new TrackBar
                {
                    Minimum = least,
                    Maximum = greatest,
                    Value = preset,
                    TickStyle = TickStyle.None,
                    AutoSize = false,
                    Size = new Size(Px(Wide - 78), number.Height + Px(4)),
                };
                number.Location = new Point(Px(Side + Wide - 70), _y);
                slider.ValueChanged += (_, _) =>
                {
                    number.Value = slider.Value;
                    Set(control, slider.Value.ToString(CultureInfo.InvariantCulture));
                };
                number.ValueChanged += (_, _) => slider.Value = (int)number.Value;
                Put(slider, parts);
                _body.Controls.Add(number);
                return (slider, () => number.Value.ToString(CultureInfo.InvariantCulture), [Keys.Right, Keys.Left]);

            case "CheckBox":
                CheckBox box = Put(
                    new CheckBox
                    {
                        Text = control.Description.Length > 0 ? control.Description : control.Label,
                        AutoSize = true,
                        MaximumSize = new Size(Px(Wide), 0),
                        Checked = control.Value == bool.TrueString,
                    },
                    parts
                );
                box.CheckedChanged += (_, _) => Set(control, box.Checked.ToString());
                return (box, () => box.Checked.ToString(), [Keys.Space]);

            case "IncrementButton":
                Button button = Put(new Button { Text = control.Label, Size = new Size(Px(Wide), Px(26)) }, parts);
                button.Click += (_, _) =>
                {
                    _session.Press(control.Property);
                    Changed?.Invoke();
                };
                return (button, null, [Keys.Space]);

            case "TextBox":
                TextBox text = Put(new TextBox { Text = control.Value, Width = Px(Wide) }, parts);
                text.TextChanged += (_, _) => Set(control, text.Text);
                return (text, () => text.Text, [Keys.A]);

            case "FileChooser":
            case "FolderChooser":
                // Paint.NET has a button beside the name that opens Windows' dialog; the name can be typed too.
                TextBox name = new TextBox { Text = control.Value, Width = Px(Wide - 40) };
                Button browse = new Button { Text = "...", Bounds = new Rectangle(Px(Side + Wide - 34), _y, Px(34), name.PreferredHeight) };
                name.TextChanged += (_, _) => Set(control, name.Text);
                Put(name, parts);
                _body.Controls.Add(browse);
                return (name, () => name.Text, [Keys.A]);

            default:
                return (null, null, []);
        }
    }

    private T Put<T>(T control, List<Control> parts)
        where T : Control
    {
        control.Location = new Point(Px(Side), _y);
        _body.Controls.Add(control);
        parts.Add(control);
        _y += control.Height + Px(3);
        return control;
    }

    private void AddButtons()
    {
        Size size = new Size(Px(80), Px(26));
        Button ok = new Button
        {
            Text = "OK",
            Size = size,
            DialogResult = DialogResult.OK,
            Location = new Point(Px(Side + Wide - 168), _y),
        };
        Button cancel = new Button
        {
            Text = "Cancel",
            Size = size,
            DialogResult = DialogResult.Cancel,
            Location = new Point(Px(Side + Wide - 80), _y),
        };
        // A button of a window that is not modal closes nothing by itself.
        ok.Click += (_, _) => Close(DialogResult.OK);
        cancel.Click += (_, _) => Close(DialogResult.Cancel);
        _body.Controls.AddRange([ok, cancel]);
        (AcceptButton, CancelButton) = (ok, cancel);
        _y += size.Height + Px(Side);
    }

    private void Close(DialogResult result)
    {
        DialogResult = result;
        Hide();
    }

    private void Set(DialogControl control, string value)
    {
        _session.Set(control.Property, value);
        Changed?.Invoke();
    }
}
