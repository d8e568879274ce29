// The way back has to end where the way down began, whatever the sizes and places are.
using RsrPlugins.Core.Sizes;
using RsrPlugins.Gimp.Document;

namespace RsrPlugins.Gimp.Tests;

public sealed class DocumentRecordTests
{
    private static readonly DownscaleRecordStep _half = new(2, "rrnet-x2-learned", "00");
    private static readonly DownscaleRecordStep _third = new(3, "rrnet-x3-learned", "00");

    [Theory]
    [InlineData(100, 70, -11, 23)]
    [InlineData(101, 67, 0, -1)]
    [InlineData(1, 1, 7, 7)]
    public void Steps_lead_down_and_back_to_the_exact_size_and_place(int width, int height, int x, int y)
    {
        DocumentRecord record = new DocumentRecord(1, width, height, [], x, y).With([_third, _half]);
        (int Width, int Height) middle = (ResizePlan.DividedUp(width, 3), ResizePlan.DividedUp(height, 3));
        (int X, int Y) place = (Geometry.Scaled(x, 3, 1), Geometry.Scaled(y, 3, 1));
        (int X, int Y) small = (Geometry.Scaled(place.X, 2, 1), Geometry.Scaled(place.Y, 2, 1));
        Assert.Equal(6, record.Scale);
        Assert.True(record.Fits(ResizePlan.DividedUp(middle.Width, 2), ResizePlan.DividedUp(middle.Height, 2)));
        Assert.Equal((x, y), record.PlaceBefore(small.X, small.Y, 0));

        RecordedReduction last = record.Last(2)!;
        Assert.Equal(
            (2, middle.Width, middle.Height, 1),
            (last.Reduction.Scale, last.Reduction.Width, last.Reduction.Height, last.StepsBefore)
        );
        Assert.Equal(place, record.PlaceBefore(small.X, small.Y, last.StepsBefore));

        RecordedReduction first = last.Before!.Last(3)!;
        Assert.True(last.Before.Fits(middle.Width, middle.Height));
        Assert.Equal((3, width, height, 0), (first.Reduction.Scale, first.Reduction.Width, first.Reduction.Height, first.StepsBefore));
        Assert.Equal((x, y), last.Before.PlaceBefore(place.X, place.Y, 0));
        Assert.Null(first.Before);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 0)]
    [InlineData(3, null)]
    [InlineData(8, null)]
    public void Last_steps_are_found_whose_factors_make_up_the_scale(int scale, int? remaining)
    {
        DocumentRecord record = new DocumentRecord(1, 100, 70, []).With([_half, _half]);
        Assert.Equal(remaining, record.Last(scale)?.StepsBefore);
    }

    [Fact]
    public void A_layer_that_was_moved_while_it_was_small_comes_back_moved_as_far()
    {
        DocumentRecord record = new DocumentRecord(1, 31, 17, [], -11, 23).With([_third]);
        Assert.Equal((-11 + 6, 23 - 3), record.PlaceBefore(-4 + 2, 8 - 1, 0));
    }

    [Fact]
    public void What_is_stored_is_read_again_and_has_the_words_of_the_tool()
    {
        DocumentRecord record = new DocumentRecord(1, 100, 70, [], -11, 23).With([_third]);
        Assert.Equal(
            """{"scale":3,"width":100,"height":70,"steps":[{"scale":3,"model":"rrnet-x3-learned","sha256":"00"}],"x":-11,"y":23}""",
            System.Text.Encoding.UTF8.GetString(record.ToBytes())
        );
        DocumentRecord read = DocumentRecord.FromBytes(record.ToBytes())!;
        Assert.Equal(record.Steps, read.Steps);
        Assert.Equal(record, read with { Steps = record.Steps });
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"scale":2,"width":0,"height":5,"steps":[{"scale":2,"model":"a","sha256":"b"}]}""")]
    [InlineData("""{"scale":4,"width":5,"height":5,"steps":[{"scale":2,"model":"a","sha256":"b"}]}""")]
    [InlineData("""{"scale":2,"width":5,"height":5,"steps":[{"scale":2}]}""")]
    [InlineData("""{"scale":2,"width":5,"height":5,"steps":[null]}""")]
    public void Data_of_others_is_no_record_and_no_error(string text) =>
        Assert.Null(DocumentRecord.FromBytes(System.Text.Encoding.UTF8.GetBytes(text)));
}
