// Whether JPEG's blocks and ringing, and noise, are taken out while enlarging. Wanted by many and not by all, as fine texture looks
// like damage and goes with it; so it is a choice, and "auto" takes it only from what the file itself says.
namespace RsrPlugins.Core.Sizes;

/// <summary>What a person asks for.</summary>
public enum CleanupChoice
{
    /// <summary>As the file says.</summary>
    Auto,

    /// <summary>None.</summary>
    Off,

    /// <summary>Halfway: the mean of the picture with and without.</summary>
    Low,

    /// <summary>As much as the weights do.</summary>
    High,
}

/// <summary>What is done, and why.</summary>
/// <param name="Level">Off, Low or High.</param>
/// <param name="Note">For the user; null where there is nothing to say.</param>
public sealed record CleanupDecision(CleanupChoice Level, string? Note)
{
    /// <summary>From this JPEG quality on damage is hardly seen, and detail would be lost by cleaning up.</summary>
    public const int CleanQuality = 92;

    /// <summary>Below this JPEG quality blocks and ringing are all over the picture.</summary>
    public const int CoarseQuality = 80;

    /// <summary>Decides for one picture.</summary>
    /// <param name="asked">What the person asked for.</param>
    /// <param name="jpegQuality">The file's, 1 to 100, estimated from its quantisation tables; null where it is no JPEG.</param>
    /// <param name="saysItWasJpeg">It is no JPEG now, and its metadata says it was one.</param>
    /// <param name="isInstalled">There are weights for it.</param>
    /// <exception cref="ModelException">It was asked for and there are none.</exception>
    public static CleanupDecision For(CleanupChoice asked, int? jpegQuality, bool saysItWasJpeg, bool isInstalled)
    {
        if (asked is CleanupChoice.Low or CleanupChoice.High)
        {
            return isInstalled
                ? new CleanupDecision(asked, null)
                : throw new ModelException("Weights for clean-up are not installed. Install them, or omit --cleanup.");
        }

        (CleanupChoice level, string why) = jpegQuality switch
        {
            < CoarseQuality => (CleanupChoice.High, $"a JPEG of about quality {jpegQuality}"),
            < CleanQuality => (CleanupChoice.Low, $"a JPEG of about quality {jpegQuality}"),
            not null => (CleanupChoice.Off, string.Empty),
            null when saysItWasJpeg => (CleanupChoice.Low, "its metadata says that it was a JPEG"),
            null => (CleanupChoice.Off, string.Empty),
        };
        if (asked == CleanupChoice.Off || level == CleanupChoice.Off)
        {
            return new CleanupDecision(CleanupChoice.Off, null);
        }

        return isInstalled
            ? new CleanupDecision(
                level,
                $"{why}: cleaned up ({(level == CleanupChoice.Low ? "low" : "high")}); --cleanup off leaves it as it is"
            )
            : new CleanupDecision(CleanupChoice.Off, $"{why}: not cleaned up, because the weights are not installed");
    }
}
